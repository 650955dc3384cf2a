import Docker
import DockerModel
import Linux
import Rules

/// The only writer of one deployment's record, journal lines, status text, and the deadline after which it is stuck.
actor Ledger {
    nonisolated let number: Int
    nonisolated let log: DeploymentLog
    private var record: Record
    /// Whether the app may have been changed.
    private var hasSwitched: Bool
    private var deadline: EventLoopClock.Instant?
    private var began: EventLoopClock.Instant
    private let store: Store
    private let status: StatusLine
    private let clock: EventLoopClock
    private let projects: Projects
    /// Whether the record with its verdict is on the disk.
    private(set) var isSaved = false

    /// - Parameter record: of a drop that is being claimed, or of an interrupted deployment.
    init(_ record: Record, store: Store, status: StatusLine, host: Host, log: DeploymentLog) {
        self.record = record
        self.store = store
        self.status = status
        self.log = log
        number = record.number
        clock = host.clock
        projects = host.projects
        began = host.clock.now
        hasSwitched = record.phases.contains { $0.name.rule.touchesApp }
        if record.phases.isEmpty { self.record.phases = [Record.PhaseTime(name: .claim)] }
    }

    // MARK: - Phases

    /// Begins a phase: before it acts, it is on record, in the status and in the journal.
    ///
    /// - Throws: if the record cannot be written before the switch.
    func begin(_ phase: Phase) async throws(Failure) {
        record.started = record.started ?? .now
        if !record.phases.contains(where: { $0.name == phase }) { record.resumed = nil }
        record.phases.append(Record.PhaseTime(name: phase))
        began = clock.now
        allow(phase.rule.limit)
        await status.show("#\(number) \(phase)", of: number, for: record.app)
        try save()
        log.with(.phase, "\(phase)").info("\(phase)")
    }

    /// Counts this start of an agent, before anything acts.
    func resume() {
        record.resumed = record.starts
        keep()
    }

    /// Notes that the agent ends in good order, so that its own start does not count.
    func rest() {
        let others = (record.resumed ?? 0).bounded(to: 0...1000) - 1
        record.resumed = others > 0 ? others : nil
        keep()
    }

    /// Saves what the deployment can go on without.
    private func keep() {
        do throws(Failure) {
            try save()
        } catch {
            log.warning("the record cannot be written: \(error)")
        }
    }

    /// Notes how long the current phase took.
    func finish() {
        guard !record.phases.isEmpty else { return }
        record.phases[record.phases.count - 1].seconds = began.duration(to: clock.now).inSeconds
    }

    /// From here on the app may be changed.
    func beginSwitch() {
        hasSwitched = true
    }

    /// Gives the current work this much time from now on.
    func allow(_ time: Duration) {
        deadline = clock.now.advanced(by: time)
    }

    /// Whether the current phase has exceeded its time limit.
    func isStuck(at moment: EventLoopClock.Instant) -> Bool {
        deadline.map { $0 < moment } ?? false
    }

    // MARK: - Facts

    /// Puts a drop's requests on record, so that the spool may delete it.
    func claim(_ drop: Drop) throws(Failure) {
        record.variables = drop.recordable()
        record.directives = drop.directives
        finish()
        try save()
        log.event(.dropClaimed, "drop claimed", fields)
    }

    /// Notes the release to run, as the checks found it.
    func note(_ checked: Checked, _ files: Record.Files?) {
        record.compose = checked.compose
        record.variables = checked.variables
        record.project = checked.release.model.name
        projects.note(checked.release.model.name, of: record.app)
        record.releaseDigest = checked.release.digest
        record.docker = checked.versions
        record.files = files
        if !checked.remembered.isEmpty {
            record.phases[record.phases.count - 1].remembered = checked.remembered.sorted()
        }
        guard let older = checked.older else {
            // From here on, the record has the effective value, from the drop and the release.
            record.directives.mayRollBack = record.directives.mayRollBack && checked.release.policy.mayRollBack
            return
        }
        record.rolledBackTo = older.number
        record.release = older.release
    }

    func note(images: [ImageUse: Record.Service]) {
        record.release = images
    }

    /// The steps that were started, also those that an earlier agent started.
    var steps: [Record.StepResult] { record.steps }

    /// The images of the release, as far as they are known.
    var images: [ImageUse: ImageID] { record.imageIDs }

    /// Notes that a step begins, or how it ended.
    func note(_ step: Record.StepResult) throws(Failure) {
        if let index = record.steps.firstIndex(where: { $0.name == step.name }) {
            record.steps[index] = step
        } else {
            record.steps.append(step)
        }
        try save()
    }

    /// Notes why the release cannot stay, before the rollback.
    func note(rollbackTo number: Int, after failure: Failure) {
        record.rolledBackTo = number
        explain(failure)
    }

    /// Notes which files in the app's folder are to be put back or removed, before they are; a repeated attempt finds fewer.
    func note(filesPutBack files: [ReleasePath]) throws(Failure) {
        record.filesPutBack = Set(record.filesPutBack ?? []).union(files).sorted()
        try save()
    }

    // MARK: - The verdict

    /// The consequence of a failure, given how far the deployment has got.
    func consequence(of failure: Failure, in phase: Phase, hasWayBack: Bool) -> Consequence {
        Consequence(
            of: failure.cause,
            in: phase,
            hasSwitched: hasSwitched,
            mayRollBack: record.directives.mayRollBack,
            hasWayBack: hasWayBack,
            isRollback: record.directives.rollbackTo != nil
        )
    }

    /// Ends the drop with its verdict, first in the record, then in the journal.
    ///
    /// - Parameter running: the app's running images; nil if the Engine does not answer.
    /// - Returns: the final record.
    @discardableResult
    func conclude(_ verdict: Verdict, _ failure: Failure?, running: [ServiceName: ImageID]? = nil) async -> Record {
        record.verdict = verdict
        // What fails once the release has passed makes it no worse.
        if verdict == .deployed, let failure { log.warning(failure.reason) }
        explain(verdict == .deployed ? nil : failure?.with(record.notUndone))
        // Nothing can go back to a refused release.
        if verdict == .refused { record.compose = nil }
        record.running = running
        record.ended = .now
        deadline = nil
        // An agent that ended in a pull has left it.
        store.note(nil, of: number)
        do throws(StoreError) {
            try store.save(stored)
            isSaved = true
        } catch {
            log.event(.stateUnwritable, "the verdict cannot be recorded, and is tried again: \(error)")
        }
        if record.compose == nil { store.removeComposeFile(of: number) }
        tell(verdict)
        await status.end("#\(number) \(verdict)\(isSaved ? "" : ", not on record")", of: number, for: record.app)
        return stored
    }

    /// Writes the verdict of the record to the journal, where an earlier agent may not have come to write it.
    func tellAgain() {
        if let verdict = record.verdict { tell(verdict) }
    }

    /// The record as it is saved. A drop that never had its turn leaves no variables: a flood of them must not fill a disk.
    private var stored: Record {
        guard record.started == nil else { return record }
        var record = record
        record.variables = [:]
        return record
    }

    private func explain(_ failure: Failure?) {
        record.cause = failure?.cause
        record.reason = failure?.reason
        record.hint = failure?.hint
        record.evidence = failure?.evidence ?? []
    }

    /// Logs the one line that a sysadmin needs.
    private func tell(_ verdict: Verdict) {
        var message = "\(verdict)"
        if let tag = record.variables["IMAGE_TAG"] { message += ", IMAGE_TAG=\(tag)" }
        if let seconds = record.seconds { message += ", after \(seconds) s" }
        if let reason = record.reason { message += ": \(reason)" }
        log.event(JournalEvent(verdict), message, fields)
    }

    private var fields: [JournalField: String] {
        let fields: [JournalField: String?] = [
            .verdict: record.verdict?.rawValue, .cause: record.cause?.rawValue, .by: record.by,
            .imageTag: record.variables["IMAGE_TAG"],
        ]
        return fields.compactMapValues { $0 }
    }

    /// Before the switch, a record that cannot be written ends the deployment, and the app is unchanged. After it, the
    /// deployment continues with a warning; so it does on a full disk before `pull`, because `room` may make space.
    private func save() throws(Failure) {
        do throws(StoreError) {
            try store.save(stored)
        } catch {
            let mayPass = error.isFull && record.phases.allSatisfy { $0.name < .pull }
            guard hasSwitched || mayPass else { throw Failure(error) }
            log.with(.phase, "\(record.phases.last?.name ?? .claim)").warning("the record cannot be written: \(error)")
        }
    }
}
