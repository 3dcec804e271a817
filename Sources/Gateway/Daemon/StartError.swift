// SPDX-License-Identifier: GPL-3.0-or-later

/// Why the daemon does not start.
package struct StartError: Error, CustomStringConvertible {
    package var description: String
}
