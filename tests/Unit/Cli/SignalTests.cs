using System.Diagnostics;
using System.Runtime.InteropServices;
using PPYolo.Align.Locks;
using PPYolo.Cli.Commands;
using PPYolo.Tests.Unit.Cli.Commands;

namespace PPYolo.Tests.Unit.Cli;

/// <summary>Runs of the program that are ended by a signal, and such as find another one at work.</summary>
public sealed partial class SignalTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    private static readonly string[] Tiny =
    [
        "train",
        "--config",
        "ppyolo_r18vd_voc2012",
        "--set",
        "batch=2",
        "--set",
        "sizes=[64]",
        "--set",
        "iterationsPerEpoch=1",
    ];

    private readonly TemporaryFolder folder = new();

    [Fact]
    public async Task A_run_over_epochs_says_how_it_goes_on_and_lets_nobody_else_in_before()
    {
        var run = folder.File("run");
        using var process = Start([.. Tiny, "--epochs", "100000", "--keep", "1", "--out", run]);
        await Until(process, "epoch 3: checkpoint");

        var second = ConsoleCapture.Run("train", "--resume", "--out", run);
        second.ExitCode.Should().Be(ExitCode.WrongUse);
        second.Error.Should().Contain($"is being written by process {process.Id} ");

        var error = await End(process, 15, 143);
        error
            .Should()
            .MatchRegex(@"^ppyolo: ended by SIGTERM; \S+epoch\d+\.pth is whole; go on with: ppyolo train --resume --out \S+/run\n$");
        Directory.EnumerateFiles(run).Should().NotContain(file => file.EndsWith(FolderLock.FileName, StringComparison.Ordinal));
        ConsoleCapture
            .Run("train", "--resume", "--out", run, "--epochs", "1")
            .Error.Should()
            .Contain("epochs are done, more than --epochs 1 asks for");
    }

    [Fact]
    public async Task A_recording_says_that_it_is_none()
    {
        var record = folder.File("record");
        using var process = Start([.. Tiny, "--iterations", "100000", "--record", record]);
        await Until(process, "recording iteration 0");

        var second = ConsoleCapture.Run([.. Tiny, "--iterations", "1", "--record", record]);
        second.ExitCode.Should().Be(ExitCode.WrongUse);
        second.Error.Should().Contain("is being written by process");

        var (signal, name) = Usable(2, "SIGINT");
        (await End(process, signal, 128 + signal))
            .Should()
            .MatchRegex($@"^ppyolo: ended by {name}; \S+/record holds .* is no record: remove it\n$");
        File.Exists(Path.Combine(record, FolderLock.FileName)).Should().BeFalse();
        File.Exists(Path.Combine(record, "case.json")).Should().BeFalse();
    }

    [Fact]
    public async Task Temporary_folders_are_removed()
    {
        using var process = Start(["align", "self", "--batch", "2", "--sizes", "64", "--iterations", "1000"]);
        for (var since = Stopwatch.StartNew(); !Directory.EnumerateDirectories(folder.Path, "ppyolo-self-*").Any(); await Task.Delay(50))
        {
            since.Elapsed.Should().BeLessThan(Limit);
        }

        var (signal, name) = Usable(1, "SIGHUP");
        (await End(process, signal, 128 + signal)).Should().StartWith($"ppyolo: ended by {name}; ");

        Directory.EnumerateDirectories(folder.Path, "ppyolo-*").Should().BeEmpty();
    }

    public void Dispose() => folder.Dispose();

    /// <summary>
    /// A signal that ends a child. Under nohup children ignore SIGHUP, and in the background of a script SIGINT; SIGTERM always ends them.
    /// </summary>
    private static (int Signal, string Name) Usable(int signal, string name)
    {
        var ignored = File.ReadLines("/proc/self/status").First(line => line.StartsWith("SigIgn:", StringComparison.Ordinal))[7..];
        return ((Convert.ToUInt64(ignored.Trim(), 16) >> (signal - 1)) & 1) == 0 ? (signal, name) : (15, "SIGTERM");
    }

    private Process Start(string[] arguments)
    {
        var info = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "ppyolo.dll"), .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        info.Environment["TMPDIR"] = folder.Path;
        return Process.Start(info)!;
    }

    private static async Task Until(Process process, string text)
    {
        using var cancel = new CancellationTokenSource(Limit);
        while (await process.StandardOutput.ReadLineAsync(cancel.Token) is { } line)
        {
            if (line.Contains(text, StringComparison.Ordinal))
            {
                // Nobody reads the rest, and a full pipe would stop the run.
                _ = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
                return;
            }
        }

        throw new InvalidOperationException(await process.StandardError.ReadToEndAsync(CancellationToken.None));
    }

    private static async Task<string> End(Process process, int signal, int expected)
    {
        using var cancel = new CancellationTokenSource(Limit);
        var error = process.StandardError.ReadToEndAsync(cancel.Token);
        Send(process.Id, signal).Should().Be(0);
        await process.WaitForExitAsync(cancel.Token);
        process.ExitCode.Should().Be(expected, await error);
        return await error;
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Send(int process, int signal);
}
