import Linux
import Rules
import Support
import SystemPackage
import Testing

@testable import Deploy

/// The sample file matches the declarations of the keys, and its defaults are the real ones.
@Suite struct SampleTests {
    @Test func theSampleIsWhatTheDeclarationsSay() throws {
        let file = FilePath(#filePath).removingLastComponents(4).pushing("etc/berth.toml")
        #expect(try String(decoding: File.read(file), as: UTF8.self) == Settings.sample)
    }

    @Test func theSampleAsItStandsSaysNothing() throws {
        #expect(try load(Settings.sample) == Settings())
    }

    @Test func everyKeyOfTheSampleIsReadAndEachDefaultIsWhatCountsWithoutIt() throws {
        let uncommented = Settings.sample.split(separator: "\n").filter { !$0.hasPrefix("# ") && $0 != "#" }
        let settings = try load(uncommented.map { $0.dropFirst() }.joined(separator: "\n"))
        #expect(settings.host.metrics == "/var/lib/prometheus/node-exporter/berth.prom")
        #expect(settings.disk == DiskSettings())
        #expect(settings.records == RecordSettings())
        let shop = try #require(AppName("shop"))
        let variables: Set = ["ENV", "IMAGE_TAG", "REGISTRY_OWNER"]
        let images = [try #require(RepositoryPattern("ghcr.io/acme/shop-*"))]
        let app = AppSettings(
            name: shop,
            directory: "/srv/shop",
            variables: variables,
            images: images,
            notify: ["/usr/local/bin/tell-us"]
        )
        #expect(settings.apps == [shop: app])
    }

    @Test func everyKeySetsAFieldOfItsOwn() {
        let app = AppSettings.keys.map { $0.field as PartialKeyPath }
        let disk = DiskSettings.keys.map { $0.field as PartialKeyPath }
        #expect(Set(app).count == 10)
        #expect(Set(disk).count == 4)
        for key in Settings.tables.flatMap(\.keys) { #expect(!key.help.isEmpty && !key.kind.isEmpty) }
    }

    @Test func onlyWhatHasNoDefaultHasAnExample() {
        let keys = Settings.tables.flatMap(\.keys)
        #expect(keys.filter { !$0.isDefault }.map(\.name) == ["metrics", "directory", "variables", "images", "notify"])
    }

    private func load(_ text: String) throws -> Settings {
        var draft = Draft()
        try draft.merge(Fragment(parsing: text, file: "/etc/berth/berth.toml"))
        return try Settings(validating: draft)
    }
}
