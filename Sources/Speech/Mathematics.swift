// SPDX-License-Identifier: GPL-3.0-or-later
import Glibc

func logarithm(_ value: Double) -> Double { log10(value) }
func exponential(_ value: Double) -> Double { pow(10, value) }
