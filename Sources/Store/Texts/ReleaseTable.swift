// SPDX-License-Identifier: GPL-3.0-or-later
import Actions
import GatewayCore

/// Up to where the messages of each SMSC and priority were handed to binds.
struct ReleaseTable {
    private let connection: SQLiteConnection

    init(_ connection: SQLiteConnection) { self.connection = connection }

    func upsert(_ marks: [ReleaseMark], _ operation: String) throws {
        for mark in marks {
            try connection.query(
                """
                INSERT INTO release VALUES (?,?,?,?)
                ON CONFLICT (smsc, priority) DO UPDATE SET attempt = excluded.attempt, segments = excluded.segments
                """, operation
            ).bind([
                .text(mark.smsc), .integer(Int64(mark.priority.rawValue)), .integer(mark.attempt.value),
                .integer(Int64(mark.segments)),
            ]).run()
        }
    }

    func all(_ operation: String) throws -> [ReleaseMark] {
        let marks = try connection.query("SELECT * FROM release", operation)
        defer { marks.reset() }
        var releases: [ReleaseMark] = []
        while try marks.step() {
            let smsc = marks.text()
            guard let priority = ActionPriority(rawValue: Int(marks.integer())) else {
                throw StoreError.damaged(operation, "release of \(smsc)")
            }
            releases.append(
                ReleaseMark(
                    smsc: smsc, priority: priority, attempt: AttemptID(marks.integer()),
                    segments: Int(marks.integer())))
        }
        return releases
    }
}
