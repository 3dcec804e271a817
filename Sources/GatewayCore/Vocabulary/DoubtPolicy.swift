// SPDX-License-Identifier: GPL-3.0-or-later

/// Whether an SMS of which nobody knows if it was taken over (the link was cut, the process died) is sent again.
package enum DoubtPolicy: String, Vocabulary, Codable {
    /// At once: twice is better than never.
    case resend = "resend"
    /// Never by itself: waits for a receipt, or until its time is over.
    case hold = "hold"
}
