"""The pages of counseling: importing them puts their addresses on the blueprint."""

from sccafe.counseling import about_views as about_views
from sccafe.counseling import asker_views as asker_views
from sccafe.counseling import asking_views as asking_views
from sccafe.counseling import desk_entry_views as desk_entry_views
from sccafe.counseling import desk_settings_views as desk_settings_views
from sccafe.counseling import desk_step_views as desk_step_views
from sccafe.counseling import desk_views as desk_views
from sccafe.counseling import publication_views as publication_views
from sccafe.counseling import receipt_views as receipt_views
from sccafe.counseling import removal_views as removal_views
from sccafe.counseling import time_views as time_views
from sccafe.counseling.blueprint import pages as pages
