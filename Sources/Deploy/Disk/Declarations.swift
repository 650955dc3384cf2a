import Docker
import Logging
import SystemPackage

extension DiskGuard {
    /// Which of these volumes the Compose files of apps mention, those of the folders and those of releases; nil where one of
    /// them cannot be read.
    ///
    /// An anonymous volume's name is 64 random digits, so that a file which means it has that very text in it.
    func declarations(of volumes: Set<String>) async -> [String: String]? {
        var declared: [String: String] = [:]
        do {
            for name in try Store.apps(in: context.state) {
                let (records, unreadable) = try Store(app: name, state: context.state).records()
                guard unreadable.isEmpty else { return nil }
                for text in try releaseTexts(of: name, records) {
                    for volume in mentions(in: text).intersection(volumes) { declared[volume] = "\(name)" }
                }
            }
            for (name, app) in settings.apps {
                for text in try await folderTexts(of: app) {
                    for volume in mentions(in: text).intersection(volumes) { declared[volume] = "\(name)" }
                }
            }
            return declared
        } catch {
            log.warning("Volumes stay, since not every app's Compose file could be read: \(Failure(error).problem)")
            return nil
        }
    }

    /// Stored Compose files have everything in them that they include, but the values of variables.
    private func releaseTexts(of name: AppName, _ records: [Record]) throws(StoreError) -> [[UInt8]] {
        let store = Store(app: name, state: context.state)
        var texts: [[UInt8]] = []
        for record in records {
            texts += record.variables.values.map { Array($0.utf8) }
            if record.compose != nil { texts.append(try store.composeText(of: record)) }
        }
        return texts
    }

    /// What Compose makes of the folder as it is, with the variables of its last drop.
    private func folderTexts(of app: AppSettings) async throws -> [[UInt8]] {
        guard !ComposeFiles.paths(in: app.directory).isEmpty else { return [] }
        let records = try? Store(app: app.name, state: context.state).records().records
        let variables = records?.last?.variables ?? [:]
        let compose = Compose(
            directory: app.directory,
            environment: context.environment(in: app.directory, variables)
        )
        let rendered = try await context.processes.capture(compose.config(), limit: 16 << 20) { _ in }
        return [rendered, (try? File.read(app.directory.appending(".env"))) ?? []]
    }

    /// Every 64 hexadecimal digits in a row, which is what the Engine calls an anonymous volume.
    private func mentions(in text: [UInt8]) -> Set<String> {
        let isHex: (UInt8) -> Bool = { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
        let runs = text.split { !isHex($0) }.filter { $0.count >= 64 }
        return Set(
            runs.flatMap { run in
                (run.startIndex...run.endIndex - 64).map { String(decoding: run[$0..<$0 + 64], as: UTF8.self) }
            }
        )
    }
}
