// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation
import Simulator

exit(SimulatorProgram.run(Array(CommandLine.arguments.dropFirst())))
