"""Files that people send: told by their content, made harmless, and refused with a word on what may be sent.

Nothing here trusts a name, a claimed type or a claimed size. Pictures are made in a process of their own (pictures.py),
which ends where a file asks for more time or memory than any honest one; Pillow and PDFium are loaded nowhere else.
"""

from sccafe.core.uploads.inspecting import Picture, Upload, take
from sccafe.core.uploads.kinds import ACCEPT, Refused

__all__ = ["ACCEPT", "Picture", "Refused", "Upload", "take"]
