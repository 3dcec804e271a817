// SPDX-License-Identifier: GPL-3.0-or-later
import Testing

@testable import Gateway

@Suite("How much room the disk has") struct SpaceWatchTests {
    private func levels(_ mebibytes: [Double]) -> [SpaceWatch.Level?] {
        var watch = SpaceWatch(warning: 100 << 20, alarm: 20 << 20)
        return mebibytes.map { watch.measured(Int64($0 * 1_048_576))?.level }
    }

    @Test("Each step is said once, before the disk is full and on the way back")
    func steps() {
        #expect(
            levels([200, 99, 98, 19, 18, 0.5, 0, 50, 200]) == [nil, .low, nil, .short, nil, .full, nil, .low, .ample])
    }

    @Test("A step is left a tenth above where it was entered; a full disk begins again at two MiB")
    func hysteresis() {
        #expect(levels([99, 105, 111]) == [.low, nil, .ample])
        #expect(levels([19, 21, 23]) == [.short, nil, .low])
        #expect(levels([0.9, 1.5, 2.1]) == [.full, nil, .short])
    }

    @Test("Limits of 0 say nothing before the disk is full")
    func off() {
        var watch = SpaceWatch(warning: 0, alarm: 0)
        #expect(watch.measured(2 << 20) == nil)
        #expect(watch.measured(0)?.level == .full)
    }
}
