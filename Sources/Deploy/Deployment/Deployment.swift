import Docker
import FoundationEssentials
import Logging

/// One drop on its way to a verdict.
package actor Deployment {
    let app: AppSettings
    let context: Context
    let credential: RegistryCredential?
    let store: Store
    var record: Record
    var log: Logger
    /// The Compose project, once Compose has told its name.
    var project: ProjectName?
    /// When the phase under way must have ended, unless it is stuck.
    package internal(set) var deadline: EventLoopClock.Instant?

    /// - Parameter record: of a drop that was claimed, or of a deployment that was interrupted.
    package init(
        of record: Record,
        app: AppSettings,
        credential: RegistryCredential? = nil,
        store: Store,
        context: Context
    ) {
        self.app = app
        self.context = context
        self.credential = credential
        self.record = record
        self.store = store
        log = context.log
        log[metadataKey: "app"] = "\(record.app)"
        log[metadataKey: "deployment"] = "\(record.number)"
        if let request = record.request { log[metadataKey: "request"] = "\(request)" }
    }

    /// The deployment, as `deploy.sh` told it.
    ///
    /// It ends with a verdict on record; without one where the agent was stopped after the switch, in which case the next
    /// agent resumes.
    package func run() async {
        await story { () async throws(Setback) in
            let target = try await phase(.check) { try await check() }
            try await bring(target)
            try await goLive(target)
        }
    }

    /// Goes on with a deployment that was interrupted after its images were pulled.
    package func resume() async {
        await story { () async throws(Setback) in
            let target = try await phase(.check) { try await check() }
            try await goLive(target)
        }
    }

    /// Everything that comes before the switch: whatever fails here leaves the app as it was.
    private func bring(_ target: Target) async throws(Setback) {
        let login = try await phase(.login) { try await logIn(target) }
        try await phase(.room) { await makeRoom(target) }
        try await phase(.pull) { try await pull(target, login) }
    }

    private func goLive(_ target: Target) async throws(Setback) {
        let gate = try await phase(.up) { try await up(target) }
        try await phase(.health) { try await awaitHealth(target, gate) }
        try await phase(.settle) { await settle(target) }
    }

    private func story(_ chapters: () async throws(Setback) -> Void) async {
        record.started = record.started ?? Date()
        do throws(Setback) {
            try await chapters()
            await conclude(.deployed)
        } catch {
            switch error {
            case .failed(let phase, let failure): await conclude(phase.verdictOfFailure, failure)
            case .interrupted(let phase) where phase.touchesApp:
                log.notice("\(name): stopped during \(phase); the next agent goes on from here")
            case .interrupted(let phase):
                await conclude(.failed, Failure("the agent was stopped during \(phase)", hint: "drop it again"))
            }
        }
    }
}
