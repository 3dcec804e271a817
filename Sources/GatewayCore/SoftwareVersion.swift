// SPDX-License-Identifier: GPL-3.0-or-later

/// The version of burgernetd, burgernetctl and burgernetsim, which are released together: `--version`, SIP and `status`
/// show it.
package let softwareVersion = "0.1.0"
