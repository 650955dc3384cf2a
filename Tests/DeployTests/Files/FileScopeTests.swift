import Docker
import DockerModel
import Rules
import Testing

@Suite struct FileScopeTests {
    private func path(_ text: String) throws -> ReleasePath { try #require(ReleasePath(text)) }

    private func scope(_ services: String, files: String = "[]") throws -> FileScope {
        let json = """
            {"name":"shop","services":{\(services)},"x-berth":{"files":\(files)},
            "configs":{"site":{"name":"shop_site","file":"/srv/shop/site.conf"},"text":{"content":"x"},
            "unused":{"file":"/srv/shop/unused.conf"}},"secrets":{"key":{"file":"/srv/shop/nginx/secret"}}}
            """
        let model = try ComposeModel(json: Array(json.utf8))
        let policy = try #require(try model.policy(Policy.self, key: "x-berth"))
        return try FileScope(
            of: model,
            policy,
            in: "/srv/shop",
            environmentFiles: ["/srv/shop/nginx/app.settings"]
        )
    }

    private func service(_ readOnly: [String], writable: [String] = [], configs: String = "[]") -> String {
        let binds =
            readOnly.map { #"{"type":"bind","source":"\#($0)","target":"/x","read_only":true}"# }
            + writable.map { #"{"type":"bind","source":"\#($0)","target":"/y"}"# }
            + [
                #"{"type":"volume","source":"data","target":"/z","read_only":true}"#,
                #"{"type":"tmpfs","target":"/t"}"#,
            ]
        return #"{"image":"shop","volumes":[\#(binds.joined(separator: ","))],"configs":\#(configs)}"#
    }

    @Test func hasWhatServicesMountReadOnlyAndWhatIsNamed() throws {
        let nginx = service(["/srv/shop/nginx/conf.d", "/srv/shop/nginx", "/etc/ssl", "/srv/shop2/x"])
        let app = service([], writable: ["/srv/shop/data"], configs: #"[{"source":"site"},{"source":"text"}]"#)
        let scope = try scope(#""nginx":\#(nginx),"app":\#(app)"#, files: #"["scripts","!nginx/static"]"#)
        #expect(scope.roots == [try path("nginx"), try path("scripts"), try path("site.conf")])
        #expect(scope.services(mounting: [try path("nginx/conf.d/a")], in: Snapshot()) == ["nginx"])
        #expect(scope.services(mounting: [try path("site.conf")], in: Snapshot()) == ["app"])
        #expect(scope.services(mounting: [try path("scripts/a")], in: Snapshot()) == [])
        #expect(scope.leaves(try path("nginx/static/big")))
        #expect(!scope.leaves(try path("nginx/conf.d/a")))
    }

    @Test func whatAServiceCanWriteToIsData() throws {
        let nginx = service(["/srv/shop/static", "/srv/shop/data/conf", "/srv/shop/nginx"])
        let app = service([], writable: ["/srv/shop/static", "/srv/shop/data", "/srv/shop/nginx/cache"])
        let scope = try scope(#""nginx":\#(nginx),"app":\#(app)"#)
        #expect(scope.roots == [try path("nginx")])
        #expect(scope.leaves(try path("nginx/cache/x")))
        for file in ["data/conf", ".env", "nginx/secret"] {
            #expect(throws: Failure.self) { try self.scope(#""app":\#(app)"#, files: #"["\#(file)"]"#) }
        }
    }

    @Test(arguments: ["nginx/.env", "nginx/.env.production", "nginx/a.env", "nginx/app.settings", "nginx/secret"])
    func environmentAndSecretsAreTheServers(name: String) throws {
        let scope = try scope(#""nginx":\#(service(["/srv/shop/nginx"]))"#)
        #expect(scope.leaves(try path(name)))
        #expect(!scope.leaves(try path("nginx/environment")))
    }

    @Test(arguments: [#"["/etc"]"#, #"[".."]"#, #"["a/../.."]"#, #"["."]"#, #"[""]"#, #"["!"]"#, #"[1]"#, #""a""#])
    func aPathOutsideTheFolderIsRefused(files: String) {
        #expect(throws: ComposeModelError.self) { try scope(#""app":\#(service([]))"#, files: files) }
    }

    @Test func environmentFilesAreFoundInBothForms() throws {
        let json = """
            {"services":{"a":{"env_file":[{"path":"/srv/shop/a","required":true},{"path":"/srv/shop/b"}]},
            "b":{"env_file":["/srv/shop/c"]},"c":{"env_file":"/srv/shop/d"},"d":{}}}
            """
        #expect(
            try ComposeModel.environmentFiles(in: JSON(bytes: json.utf8)).sorted()
                == ["/srv/shop/a", "/srv/shop/b", "/srv/shop/c", "/srv/shop/d"]
        )
    }
}
