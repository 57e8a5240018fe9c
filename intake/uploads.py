"""Takes in uploaded files without ever writing one to the disk.

The only upload handler of the site (`FILE_UPLOAD_HANDLERS`). The size of the whole
request is limited before this runs, by middleware.
"""

from io import BytesIO

from django.core.files.uploadedfile import InMemoryUploadedFile
from django.core.files.uploadhandler import FileUploadHandler

MAX_FILE_BYTES = 10 * 1024 * 1024


class CappedMemoryUploadHandler(FileUploadHandler):
    """Keeps each file in memory up to the limit and throws away one that goes beyond.

    Such a file is still read to its end, so that the fields after it are not lost.
    """

    def new_file(self, *args, **kwargs):
        super().new_file(*args, **kwargs)
        self.file = BytesIO()

    def receive_data_chunk(self, raw_data, start):
        if start + len(raw_data) > MAX_FILE_BYTES:
            self.file = BytesIO()
        else:
            self.file.write(raw_data)

    def file_complete(self, file_size):
        self.file.seek(0)
        # One beyond the limit keeps its true size, by which it is known, and no content.
        return InMemoryUploadedFile(
            file=self.file,
            field_name=self.field_name,
            name=self.file_name,
            content_type=self.content_type,
            size=file_size,
            charset=self.charset,
            content_type_extra=self.content_type_extra,
        )
