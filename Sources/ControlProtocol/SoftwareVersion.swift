// SPDX-License-Identifier: GPL-3.0-or-later

/// Of burgernetd and burgernetctl, which are released together.
package let softwareVersion = "0.1.0"
