using System.Net.Sockets;
using System.Text.Json;

namespace PPYolo.Tests.Distributed;

/// <summary>Asks whether a Docker engine answers, and tells Testcontainers what it must know about it.</summary>
internal static class DockerEngine
{
    private static readonly Lazy<string?> Answer = new(Ask);

    /// <summary>Why no engine can be used, or null.</summary>
    public static string? Missing => Answer.Value;

    private static string? Ask()
    {
        var host = Environment.GetEnvironmentVariable("DOCKER_HOST") ?? "unix:///var/run/docker.sock";
        if (!host.StartsWith("unix://", StringComparison.Ordinal))
        {
            return $"the Docker engine is not on this machine (DOCKER_HOST={host}), so the program's folder cannot be mounted";
        }

        try
        {
            using var handler = new SocketsHttpHandler();
            handler.ConnectCallback = async (_, cancel) =>
            {
                var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(host["unix://".Length..]), cancel);
                return new NetworkStream(socket, ownsSocket: true);
            };
            using var client = new HttpClient(handler) { Timeout = TimeSpan.FromSeconds(10) };
            using var version = JsonDocument.Parse(client.GetStringAsync(new Uri("http://engine/version")).GetAwaiter().GetResult());
            Prepare(version.RootElement.GetProperty("ApiVersion").GetString()!);
            return null;
        }
        catch (Exception exception) when (exception is HttpRequestException or SocketException or TaskCanceledException or JsonException)
        {
            return $"no Docker engine answers at {host} (start one: eng/start-docker.sh)";
        }
    }

    // Before Testcontainers is first used: it reads these once.
    private static void Prepare(string apiVersion)
    {
        // It speaks 1.44; an older engine, such as Debian 12's, wants to be asked in its own version.
        if (Version.Parse(apiVersion) < new Version(1, 44))
        {
            Environment.SetEnvironmentVariable("DOCKER_API_VERSION", apiVersion);
        }

        // Its cleaner is an image that many machines cannot pull; the containers here end by themselves.
        Environment.SetEnvironmentVariable("TESTCONTAINERS_RYUK_DISABLED", "true");
    }
}
