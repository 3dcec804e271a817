// SPDX-License-Identifier: GPL-3.0-or-later
import Testing

@testable import Simulator

@Suite struct SoundSynthesisTests {
    @Test(arguments: Sound.allCases)
    func soundsAreWholePackets(_ sound: Sound) {
        let samples = SoundSynthesis.samples(sound)
        #expect(!samples.isEmpty)
        #expect(samples.count.isMultiple(of: 160))
        #expect((samples.map { abs(Int($0)) }.max() ?? 0) > 6000)
    }

    @Test func aPersonIsShortAndAMachineIsLong() {
        #expect(Double(SoundSynthesis.samples(.hello).count) / 8000 < 1)
        #expect((5.0...10.0).contains(Double(SoundSynthesis.samples(.greeting).count) / 8000))
    }
}
