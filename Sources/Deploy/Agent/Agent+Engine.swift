import Docker
import Linux
import Logging
import NIOPosix
import Systemd

extension Agent {
    /// Waits for the Engine at start, and logs once if it does not answer. Later, each deployment waits for itself.
    func awaitEngine() async throws {
        var isReported = false
        while true {
            do throws(EngineError) {
                let session = try await host.engine.negotiated()
                await status.set(trouble: nil)
                host.happenings.note(.engineAnswers)
                if isReported {
                    log.log(.engineReachable, "The Docker Engine answers (API \(session.version))")
                }
                return
            } catch {
                if !isReported { log.log(.engineUnreachable, "The Docker Engine does not answer: \(error)") }
                isReported = true
                await status.set(trouble: "Waiting for the Docker Engine")
            }
            try await host.clock.sleep(for: .seconds(2))
        }
    }

    /// Feeds the watchdog while the agent makes progress: it listens to the spools, and no phase is stuck.
    func feedWatchdog() async throws {
        guard let interval = serviceManager.watchdogInterval else { return }
        var longestTurn = Duration.zero
        while true {
            if host.turns.longest > longestTurn {
                longestTurn = host.turns.longest
                log.debug("The longest turn of the event loop so far took \(longestTurn / .milliseconds(1)) ms")
            }
            if await isAlive() {
                serviceManager.keepAlive()
            } else {
                log.log(.stuck, "berth makes no progress and no longer feeds the watchdog")
            }
            try await host.clock.sleep(for: interval / 3)
        }
    }

    private func isAlive() async -> Bool {
        guard await spoolWatch.isListening else { return false }
        return await !isStuck()
    }

    /// Whether a phase has exceeded its time limit.
    private func isStuck() async -> Bool {
        let now = host.clock.now
        for worker in workers.values {
            if await worker.isStuck(at: now) { return true }
        }
        return false
    }

    /// Whether another agent follows this one at once. With wrong settings none would start.
    func willStartAgain() async -> Bool {
        guard host.kept != nil, (try? hostFile.load()) != nil else { return false }
        // The service manager may take its time, and health is watched meanwhile.
        return (try? await NIOThreadPool.singleton.runIfActive { [serviceManager] in serviceManager.isRestarting })
            ?? false
    }

    /// Asks systemd for more time to stop, again and again while a step or a switch under way needs it.
    func extendStop() async {
        while await isDeploying(), await !isStuck() {
            serviceManager.extendTimeout(by: Self.stopExtension)
            do { try await host.clock.sleep(for: Self.stopExtension / 4) } catch { return }
        }
    }

    private func isDeploying() async -> Bool {
        for worker in workers.values {
            if await worker.isDeploying { return true }
        }
        return false
    }

    /// How long systemd waits at most for an agent that hangs while it stops.
    private static let stopExtension = Duration.seconds(120)
}
