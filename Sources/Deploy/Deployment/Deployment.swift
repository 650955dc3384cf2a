import Docker
import DockerModel
import FoundationEssentials
import Linux
import Logging
import Rules

/// One drop on its way to a verdict.
package actor Deployment {
    let app: AppSettings
    let settings: Settings
    let context: Context
    let credential: RegistryCredential?
    let store: Store
    var record: Record
    var log: Logger
    /// The Compose project, once Compose has told its name.
    var project: ProjectName?
    /// What the Engine says of itself, once it was asked.
    var engineInfo: EngineInfo?
    /// Where the app can go back to, once that is proven.
    var wayBack: WayBack?
    /// When the phase under way must have ended, unless it is stuck.
    package internal(set) var deadline: EventLoopClock.Instant?

    /// - Parameter record: of a drop that was claimed, or of a deployment that was interrupted.
    package init(
        of record: Record,
        app: AppSettings,
        settings: Settings,
        credential: RegistryCredential? = nil,
        store: Store,
        context: Context
    ) {
        self.app = app
        self.settings = settings
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
            let target = try await phase(.check) { try await prepare() }
            let release = try await isRollback ? target : bring(target)
            try await goLive(release)
        }
    }

    /// Goes on with a deployment that was interrupted after its images were pulled.
    package func resume() async {
        let left = record.phase ?? .up
        await story { () async throws(Setback) in
            let target = try await restore(left)
            switch left {
            case .rollback:
                // What had failed, and why, is on record.
                throw .failed(.health, Failure(record.reason ?? "", hint: "it was resumed", evidence: record.evidence))
            case .before: try await phase(.before) { try await takeSteps(.before, target) }
            default: break
            }
            try await goLive(target)
        }
    }

    /// Finds out again what an interrupted deployment works on; that it cannot is the failure of the phase it was left in.
    private func restore(_ left: Phase) async throws(Setback) -> Target {
        do throws(Setback) {
            return try await phase(.check) { try await prepareAgain() }
        } catch {
            switch error {
            case .failed(_, let failure): throw .failed(left, failure)
            case .interrupted: throw .interrupted(left)
            }
        }
    }

    /// Everything that comes before the switch: whatever fails here leaves the app as it was.
    private func bring(_ target: Target) async throws(Setback) -> Target {
        let login = try await phase(.login) { try await logIn(target) }
        try await phase(.room) { try await makeRoom(target) }
        let release = try await phase(.pull) { try await pull(target, login) }
        if !release.policy.steps(.before).isEmpty {
            try await phase(.before) { try await takeSteps(.before, release) }
        }
        return release
    }

    private func goLive(_ release: Target) async throws(Setback) {
        let gate = try await phase(.up) { try await up(release) }
        try await phase(.health) { try await awaitHealth(release, gate) }
        if !isRollback, !release.policy.steps(.after).isEmpty {
            try await phase(.after) { try await takeSteps(.after, release) }
        }
        try await phase(.settle) { await settle(release) }
    }

    private func story(_ chapters: () async throws(Setback) -> Void) async {
        record.started = record.started ?? Date()
        do throws(Setback) {
            try await chapters()
            await conclude(.deployed)
        } catch {
            switch error {
            case .failed(let phase, let failure): await end(phase, failure)
            case .interrupted(let phase) where Recovery(leftIn: phase) == .resume:
                log.notice("\(name): stopped during \(phase); the next agent goes on from here")
            case .interrupted(let phase):
                await conclude(.failed, Failure("the agent was stopped during \(phase)", hint: "drop it again"))
            }
        }
    }

    private func end(_ phase: Phase, _ failure: Failure) async {
        if let verdict = failure.verdict { return await conclude(verdict, failure) }
        let consequence = Consequence(
            ofFailureIn: phase,
            mayRollBack: record.directives.mayRollBack,
            hasWayBack: wayBack != nil,
            isRollback: isRollback
        )
        switch (consequence, wayBack) {
        case (.rollBack, let wayBack?): await rollBack(to: wayBack, after: failure)
        case (.rollBack, nil): await conclude(.unhealthy, failure)
        case (.end(let verdict), _): await conclude(verdict, failure)
        }
    }
}
