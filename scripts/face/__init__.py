# SPDX-License-Identifier: MIT
"""What headers declare: the kernel face's, and those of a kernel tree. For psim-kernel-check and kernel-face."""
