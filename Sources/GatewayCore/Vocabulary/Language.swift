// SPDX-License-Identifier: GPL-3.0-or-later

/// In which language citizens are spoken to, and statements are written: codes of RFC 5646.
package enum Language: String, Vocabulary {
    case dutch = "nl"
    case english = "en"
}
