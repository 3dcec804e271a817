# SPDX-License-Identifier: GPL-3.0-or-later
"""What the version before left (fixtures/version_before), and what a daemon makes of it: the same for the recording and
for the test."""
