import Docker
import DockerModel
import Glibc
import Linux
import Logging
import Rules
import SystemPackage

/// Keeps the figures of the host, and writes them for node_exporter's textfile collector when something has changed
/// them.
///
/// It has no timer. What nothing tells, such as how full a disk is, it looks at after each verdict, at the start and at a
/// reload.
actor Meter {
    private let host: Host
    private let log: Logger
    /// Nil until `metrics` is set for the first time, and if it cannot be made.
    private var watch: HoldWatch?
    private var isWatching = false
    private var settings = Settings()
    private var figures: Figures
    private var histories: [AppName: History] = [:]
    /// The apps whose figures are older than their history.
    private var stale: Set<AppName> = []
    /// The apps to look at.
    private var due: Set<AppName> = []
    /// Whether to look, if only at the disk.
    private var mustLook = false
    /// The apps of which a deployment is under way.
    private var busy: Set<AppName> = []
    /// What the file has; nil for nothing.
    private var written: String?
    /// What is wrong, as told: each is told once until it changes.
    private var trouble: Errno?
    private var complaints: [AppName: String] = [:]
    /// Rings if there is something to look at.
    private let bell: AsyncStream<Void>
    private let ring: AsyncStream<Void>.Continuation

    init(version: String, host: Host, log: Logger) {
        self.host = host
        self.log = log
        figures = Figures(version: version)
        (bell, ring) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    }

    /// Takes what happens until the task is cancelled. It is written also while a look takes its time.
    func run() async {
        await withDiscardingTaskGroup { group in
            group.addTask { await self.lookAgain() }
            for await _ in host.happenings.bell {
                takeHappenings()
                guard settings.host.metrics != nil else { continue }
                if !isWatching { group.addTask { await self.watchHolds() } }
                isWatching = true
                write()
                if mustLook { ring.yield() }
            }
        }
    }

    private func lookAgain() async {
        for await _ in bell {
            await look()
            if !Task.isCancelled { write() }
        }
    }

    /// Notes it if an app is held or resumed.
    private func watchHolds() async {
        do {
            let watch = try await HoldWatch(on: host)
            self.watch = watch
            for name in settings.apps.keys { watch.add(name) }
            // One may have come before the watch.
            host.happenings.note(.holdChanged)
            try await watch.run()
        } catch {
            if !Task.isCancelled { log.warning("The metrics tell a hold only after the next verdict: \(error)") }
        }
    }

    // MARK: - What happens

    private func takeHappenings() {
        for happening in host.happenings.collect() { take(happening) }
    }

    private func take(_ happening: Happenings.Happening) {
        switch happening {
        case .settings(let settings): adopt(settings)
        case .history(let name, let history):
            histories[name] = history
            stale.insert(name)
        case .begun(let name): busy.insert(name)
        case .verdict(let name, let history, let hadTurn):
            histories[name] = history
            stale.insert(name)
            guard hadTurn else { return }
            busy.remove(name)
            due.insert(name)
            mustLook = true
        case .guardRan:
            figures.guardRuns += 1
            mustLook = true
        case .engineAnswers: mustLook = true
        case .holdChanged: break
        }
    }

    private func adopt(_ settings: Settings) {
        if let former = self.settings.host.metrics, former != settings.host.metrics {
            // Nothing keeps it up to date from here on.
            unlink(former.string)
            written = nil
            trouble = nil
        }
        self.settings = settings
        figures.guardLimit = settings.disk.guard
        figures.apps = figures.apps.filter { settings.apps[$0.key] != nil }
        histories = histories.filter { settings.apps[$0.key] != nil }
        guard settings.host.metrics != nil else { return }
        for name in settings.apps.keys { watch?.add(name) }
        due = Set(settings.apps.keys)
        mustLook = true
    }

    // MARK: - A look at the host

    /// Looks at the disk, and at the apps of which that is due. An Engine that does not answer leaves it for later.
    private func look() async {
        guard let session = try? await host.engine.negotiated() else { return }
        mustLook = false
        if let info = try? await session.info(), let usage = try? Usage.measured(info) { figures.usage = usage }
        for name in due.sorted() where !busy.contains(name) {
            guard let app = settings.apps[name], let history = histories[name] else { continue }
            // What happens from here on makes it due again.
            due.remove(name)
            let look = Look(app: app, settings: settings, history: history, host: host, session: session, log: log)
            let (wayBack, drift) = (await look.wayBack(), await look.drift())
            // What was cut short has seen nothing.
            guard !Task.isCancelled else { return }
            takeHappenings()
            // A deployment that has begun meanwhile is looked at in the end.
            guard !busy.contains(name), !due.contains(name), settings.apps[name] != nil else { continue }
            figures.apps[name, default: Figures.App()].hasDrift = drift
            note(wayBack, of: name)
        }
    }

    private func note(_ wayBack: Result<WayBack, Failure>?, of name: AppName) {
        var complaint: String?
        switch wayBack {
        case nil: figures.apps[name]?.wayBack = nil
        case .success: figures.apps[name]?.wayBack = Figures.WayBackFound(isProven: true, moment: .now)
        case .failure(let failure):
            // An Engine that goes away says nothing about the way back, nor does a command that was cut short.
            guard ![.engineUnreachable, .commandFailed].contains(failure.cause) else {
                due.insert(name)
                return
            }
            figures.apps[name]?.wayBack = Figures.WayBackFound(isProven: false, moment: .now)
            complaint = failure.reason
        }
        if let complaint, complaint != complaints[name] {
            log.log(.wayBackMissing, "\(name): a rollback would fail: \(complaint)", .app(name))
        }
        complaints[name] = complaint
    }

    // MARK: - The file

    private func write() {
        guard let path = settings.host.metrics else { return }
        for name in stale {
            guard settings.apps[name] != nil, let history = histories[name] else { continue }
            figures.apps[name, default: Figures.App()].read(history, Store(app: name, state: host.state))
        }
        stale = []
        for name in figures.apps.keys {
            figures.apps[name]?.isHeld = Store(app: name, state: host.state).hold != nil
        }
        figures.longestTurn = host.turns.longest
        let text = figures.text
        guard text != written || !File.exists(path) else { return }
        do throws(Errno) {
            try DraftFile.replace(path, with: Array(text.utf8), mode: [.ownerReadWrite, .groupRead, .otherRead])
            if trouble != nil { log.notice("The metrics are in \(path) again") }
            (written, trouble) = (text, nil)
        } catch {
            written = nil
            guard trouble != error else { return }
            trouble = error
            log.log(
                .metricsUnwritable,
                "The metrics cannot be written to \(path): \(error); user berth must be able to write to its folder"
            )
        }
    }
}
