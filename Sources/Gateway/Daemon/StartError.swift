// SPDX-License-Identifier: GPL-3.0-or-later

/// Why the daemon does not start, and would not start if it were tried again: somebody has to decide.
package struct RefusedStart: Error, CustomStringConvertible {
    package var description: String
}

/// Why the daemon does not start.
package struct StartError: Error, CustomStringConvertible {
    package var description: String
}
