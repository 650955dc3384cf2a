import Docker
import DockerModel
import Rules
import SystemPackage

extension Check {
    /// How what runs and what was delivered differ from the last good release; nil if there is none.
    func drift(_ checked: Checked) -> Drift? {
        guard let good else { return nil }
        let stored = good.files == nil ? nil : try? reader.store.files(of: good)
        return Drift(
            from: good,
            running: checked.containers.compactMap(Drift.Container.init),
            composeFolder: reader.store.composeFile(of: good.number).removingLastComponent().string,
            compose: checked.compose?.sha256,
            files: stored.map { checked.files.differences(from: $0) } ?? []
        )
    }

    /// Tells the journal about it, once for as long as it is the same.
    func tell(_ drift: Drift, since number: Int) {
        guard reader.store.isNews(drift.sentence), !drift.differences.isEmpty else { return }
        let text = "differs from #\(number): \(drift.sentence)"
        if drift.concernsRunning { log.event(.drifted, text) } else { log.info(text) }
    }
}

extension Drift.Container {
    /// Nil for a container that does not run, or that was made for one command.
    init?(_ container: ContainerSummary) {
        guard container.isRunningReplica, let service = container.labels.service else {
            return nil
        }
        self.init(service: service, imageID: container.imageID, composeFile: container.labels.composeFile)
    }
}
