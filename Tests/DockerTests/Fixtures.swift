import DockerModel

/// Responses in the Engine's format, reduced to the relevant members and a few others.
enum Fixture {
    static let id = String(repeating: "a1", count: 32)
    static let imageID = "sha256:" + String(repeating: "b2", count: 32)

    static func container(state: String, healthcheck: String, restart: String = "unless-stopped", tty: Bool = false)
        -> String
    {
        """
        {"Id":"\(id)","Created":"2026-03-01T09:59:58.1Z","Path":"/app","Args":[],"State":\(state),
        "Image":"\(imageID)","Name":"/shop-backend-1","RestartCount":2,"Driver":"overlay2","Platform":"linux",
        "HostConfig":{"Binds":null,"LogConfig":{"Type":"json-file","Config":{}},"RestartPolicy":{"Name":"\(restart)","MaximumRetryCount":0}},
        "Mounts":[{"Type":"volume","Name":"shop_data","Source":"/var/lib/docker/volumes/shop_data/_data",
        "Destination":"/data","Driver":"local","Mode":"z","RW":true,"Propagation":""},
        {"Type":"bind","Source":"/srv/shop/conf","Destination":"/conf","Mode":"ro","RW":false}],
        "Config":{"Hostname":"a1","Tty":\(tty),"Env":["A=b"],"Image":"ghcr.io/acme/backend:1.2",
        "Healthcheck":\(healthcheck),"Labels":{"com.docker.compose.project":"shop",
        "com.docker.compose.service":"backend","com.docker.compose.container-number":"1",
        "com.docker.compose.oneoff":"False","com.docker.compose.config-hash":"c0ffee"}}}
        """
    }

    static let unhealthyState = """
        {"Status":"running","Running":true,"Paused":false,"Restarting":false,"OOMKilled":true,"Dead":false,"Pid":42,
        "ExitCode":137,"Error":"","StartedAt":"2026-03-01T10:00:00.5Z","FinishedAt":"2026-03-01T10:00:00.25Z",
        "Health":{"Status":"unhealthy","FailingStreak":3,"Log":[
        {"Start":"2026-03-01T11:00:10.000000001+01:00","End":"2026-03-01T11:00:11.000000001+01:00","ExitCode":7,
        "Output":"curl: (7) refused"}]}}
        """

    static let createdState = """
        {"Status":"created","Running":false,"Paused":false,"Restarting":false,"OOMKilled":false,"Dead":false,"Pid":0,
        "ExitCode":0,"Error":"","StartedAt":"0001-01-01T00:00:00Z","FinishedAt":"0001-01-01T00:00:00Z"}
        """

    static let summaries = """
        [{"Id":"\(id)","Names":["/shop-backend-1"],"Image":"ghcr.io/acme/backend:1.2","ImageID":"\(imageID)",
        "Command":"/app","Created":1772359198,"Ports":[],"Labels":{"com.docker.compose.project":"shop",
        "com.docker.compose.service":"backend","com.docker.compose.container-number":"2",
        "com.docker.compose.oneoff":"True"},"State":"restarting","Status":"Restarting (1) 2 seconds ago",
        "HostConfig":{"NetworkMode":"shop_default"},"NetworkSettings":{"Networks":{}},"Mounts":[]},
        {"Id":"0f","Names":null,"Image":"busybox","ImageID":"\(imageID)","Labels":null,"State":"exited"}]
        """

    static let image = """
        {"Id":"\(imageID)","RepoTags":["ghcr.io/acme/backend:1.2"],
        "RepoDigests":["ghcr.io/acme/backend@sha256:d1"],"Parent":"","Created":"2026-02-28T23:59:59.999999999Z",
        "Architecture":"amd64","Os":"linux","Size":12345678,"Config":{"Cmd":["/app"],
        "Labels":{"org.opencontainers.image.revision":"4f2c"}},"Metadata":{"LastTagTime":"2026-03-01T08:00:00.5Z"}}
        """

    static let images = """
        [{"Id":"\(imageID)","ParentId":"","RepoTags":["ghcr.io/acme/backend:1.2"],"RepoDigests":null,
        "Created":1772323199,"Size":12345678,"SharedSize":-1,"Labels":null,"Containers":-1},
        {"Id":"sha256:00","ParentId":"","RepoTags":["<none>:<none>"],"RepoDigests":["<none>@<none>"],
        "Created":0,"Size":1,"Labels":{"a":"b"},"Containers":-1}]
        """

    static let info = """
        {"ID":"x","Containers":3,"Driver":"overlayfs","DriverStatus":[["driver-type","io.containerd.snapshotter.v1"]],
        "DockerRootDir":"/var/lib/docker","LiveRestoreEnabled":true,"ServerVersion":"28.5.1","Swarm":{}}
        """

    static func event(_ action: String, attributes: String = "", nanoseconds: Int64 = 1_772_359_198_000_000_001)
        -> String
    {
        """
        {"status":"\(action)","id":"\(id)","from":"ghcr.io/acme/backend:1.2","Type":"container","Action":"\(action)",\
        "Actor":{"ID":"\(id)","Attributes":{"com.docker.compose.project":"shop","com.docker.compose.service":"backend",\
        "exitCode":"1"\(attributes)}},"scope":"local","time":1772359198,"timeNano":\(nanoseconds)}

        """
    }
}

extension String {
    /// The first line of a request in a session of the newest version.
    var inNewestVersion: String { replacing(" /", with: " /v\(APIVersion.newest)/", maxReplacements: 1) }
}
