// SPDX-License-Identifier: GPL-3.0-or-later
import Testing

@testable import Gateway

/// Second by second.
@Suite struct JournalCareTests {
    @Test("The log is folded in when little is written, also beside calls, and not under load")
    func checkpoints() {
        var care = JournalCare()
        func second(_ commits: UInt64, _ pages: Int) -> [JournalCare.Step] {
            care.next(commits: commits, isIdle: false, hasRefuse: false, pagesInLog: pages, logSize: 1 << 20)
        }
        #expect(second(1000, 3000) == [])
        #expect(second(2000, 3900) == [])
        #expect(second(2010, 3950) == [.checkpoint])
        #expect(second(2011, 3) == [])
    }

    @Test("After a peak the log's room is given back, once it has been calm for a while")
    func shrinks() {
        var care = JournalCare()
        var steps: [[JournalCare.Step]] = []
        for _ in 1...JournalCare.calm + 1 {
            steps.append(care.next(commits: 5, isIdle: true, hasRefuse: false, pagesInLog: 0, logSize: 64 << 20))
        }
        #expect(steps.dropLast(2).allSatisfy { $0.isEmpty } && steps.last == [.shrinkLog])
        // A call comes: the calm begins anew.
        #expect(care.next(commits: 5, isIdle: false, hasRefuse: false, pagesInLog: 0, logSize: 64 << 20) == [])
        #expect(care.next(commits: 5, isIdle: true, hasRefuse: false, pagesInLog: 0, logSize: 64 << 20) == [])
    }

    @Test("What was given up is removed under load too, a part each second")
    func refuse() {
        var care = JournalCare()
        for commits in stride(from: UInt64(1000), to: 5000, by: 1000) {
            let steps = care.next(
                commits: commits, isIdle: false, hasRefuse: true, pagesInLog: 3000, logSize: 64 << 20)
            #expect(steps == [.removeRefuse])
        }
    }
}
