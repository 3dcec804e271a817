// SPDX-License-Identifier: GPL-3.0-or-later
// Deliberately empty: Swift never sees PJSIP's own headers, only those of CPJSIP. This module exists
// for its pkg-config flags.
