import Docker
import Linux
import Logging
import Systemd

extension Agent {
    /// Waits for the Engine at start, and logs once if it does not answer. Later, each deployment waits for itself.
    func awaitEngine() async throws {
        var isReported = false
        while true {
            do throws(EngineError) {
                let session = try await host.engine.negotiated()
                await status.set(trouble: nil)
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
        while true {
            if await isAlive() {
                serviceManager.keepAlive()
            } else {
                log.critical("berth makes no progress and no longer feeds the watchdog")
            }
            try await host.clock.sleep(for: interval / 3)
        }
    }

    private func isAlive() async -> Bool {
        guard await spoolWatch.isListening else { return false }
        let now = host.clock.now
        for worker in workers.values {
            if await worker.isStuck(at: now) { return false }
        }
        return true
    }
}
