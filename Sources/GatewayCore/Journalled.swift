// SPDX-License-Identifier: GPL-3.0-or-later

/// What lies on disk as JSON. Its keys are written out, `case prompt = "message"`, so that renaming a property neither
/// changes nor breaks what journals of before hold; a key that was ever used never means anything else. What a journal
/// of before lacks is filled in when it is decoded. Tests hold an example of each (`Tests/StoreTests/Formats`).
package protocol Journalled: Codable {}
