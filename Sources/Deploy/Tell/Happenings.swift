import Rules
import Synchronization

/// What has happened that the metrics depend on. To note it takes no time; ``Meter`` comes to it later.
package final class Happenings: Sendable {
    enum Happening: Sendable {
        /// The agent has settings, for the first time or again.
        case settings(Settings)
        /// An app's history, as the agent has it at its start or after a reload.
        case history(AppName, History)
        /// A deployment of the app begins.
        case begun(AppName)
        /// A drop of the app has its verdict.
        case verdict(AppName, History, hadTurn: Bool)
        /// The app is held or resumed.
        case holdChanged
        case engineAnswers
        /// The disk guard was called for, and has removed what it may.
        case guardRan
    }

    private let noted = Mutex<[Happening]>([])
    private let ring: AsyncStream<Void>.Continuation
    /// Rings if there is something to collect. It has one listener.
    let bell: AsyncStream<Void>

    init() {
        (bell, ring) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    }

    func note(_ happening: Happening) {
        noted.withLock { $0.append(happening) }
        ring.yield()
    }

    /// What was noted since the last call.
    func collect() -> [Happening] {
        noted.withLock { noted in
            defer { noted = [] }
            return noted
        }
    }
}
