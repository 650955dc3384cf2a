import Docker
import Linux
import Rules

/// Tries again what a registry has failed.
struct Retry {
    let clock: EventLoopClock
    let log: DeploymentLog

    /// Runs `body`, again if its trouble may pass, with pauses that grow.
    ///
    /// - Throws: the error of the last try.
    func run<Trouble: TellsOfTrouble, Value>(
        _ body: () async throws(Trouble) -> Value
    ) async throws(Trouble) -> Value {
        for pause in PassingTrouble.pauses {
            do throws(Trouble) {
                return try await body()
            } catch {
                guard PassingTrouble.isTold(by: error.told), await hasPaused(pause, because: error) else { throw error }
            }
        }
        return try await body()
    }

    /// False if the task is cancelled.
    private func hasPaused(_ time: Duration, because error: some TellsOfTrouble) async -> Bool {
        log.warning("\(error.told.last ?? error.problem); trying again in \(time)")
        return (try? await clock.sleep(for: time)) != nil
    }
}

/// An error with what another program has said.
protocol TellsOfTrouble: Explained {
    var told: [String] { get }
}

extension CommandError: TellsOfTrouble {
    var told: [String] { isCutShort ? [] : lastLines }
}

extension EngineError: TellsOfTrouble {
    var told: [String] {
        if case .registryTrouble(_, let message) = self { [message] } else { [] }
    }
}
