import Docker
import DockerModel
import Linux
import Logging
import Rules
import Systemd

extension Agent {
    /// Says at start whether the Engine answers, and waits for one that does not. Later drops ask for themselves.
    func awaitEngine() async throws {
        var isReported = false
        while true {
            do throws(EngineError) {
                let engine = try await context.engine.negotiated()
                await context.status.set(trouble: nil)
                if isReported {
                    log.log(.engineReachable, "The Docker Engine answers (API \(engine.version?.description ?? ""))")
                }
                return
            } catch {
                if !isReported { log.log(.engineUnreachable, "The Docker Engine does not answer: \(error)") }
                isReported = true
                await context.status.set(trouble: "Waiting for the Docker Engine")
            }
            try await context.clock.sleep(for: .seconds(2))
        }
    }

    /// Feeds the watchdog for as long as the agent makes progress: the spools are listened to, and no deployment has
    /// outstayed what its phase may take.
    func feedWatchdog() async throws {
        guard let interval = serviceManager.watchdogInterval else { return }
        while true {
            if await isAlive() {
                serviceManager.keepAlive()
            } else {
                log.critical("berth makes no progress and no longer feeds the watchdog")
            }
            try await context.clock.sleep(for: interval / 3)
        }
    }

    private func isAlive() async -> Bool {
        guard await spoolWatch.isListening else { return false }
        let now = context.clock.now
        for worker in workers.values {
            if let deadline = await worker.deadline, deadline < now { return false }
        }
        return true
    }
}
