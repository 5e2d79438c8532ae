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
    private readonly List<Process> started = [];

    [Fact]
    public async Task A_run_over_epochs_says_how_it_goes_on_and_lets_nobody_else_in_before()
    {
        var run = folder.File("run");
        var process = Start([.. Tiny, "--epochs", "100000", "--keep", "1", "--out", run]);
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
    public async Task A_black_box_leaves_a_capsule_that_every_command_takes()
    {
        string run = folder.File("run"),
            twin = folder.File("twin");
        var process = Start([
            .. Tiny,
            "--set",
            "iterationsPerEpoch=2",
            "--epochs",
            "100000",
            "--keep",
            "1",
            "--out",
            run,
            "--black-box",
            "3",
        ]);
        await Until(process, "epoch 3: checkpoint");
        (await End(process, 15, 143))
            .Should()
            .MatchRegex(
                @"^ppyolo: ended by SIGTERM; \S+epoch\d+\.pth is whole, \S+/run/capsules/iteration\d+-signal has the last "
                    + @"iterations; go on with: ppyolo train --resume --out \S+/run\n$"
            );

        var capsule = Directory.GetDirectories(Path.Combine(run, "capsules")).Should().ContainSingle().Subject;
        var course = ConsoleCapture.Run("explain", capsule);
        course.ExitCode.Should().Be(ExitCode.Aligned, "{0}{1}", course.Output, course.Error);
        course.Output.Should().Contain("a capsule was written, because a signal ended the program");
        var again = ConsoleCapture.Run("train", "--replay", capsule);
        again.ExitCode.Should().Be(ExitCode.Aligned, "{0}{1}", again.Output, again.Error);

        var changed = ConsoleCapture.Run("train", "--replay", capsule, "--set", "momentum=0.5", "--record", twin, "--trace");
        changed.ExitCode.Should().Be(ExitCode.Diverged, changed.Error);
        var why = ConsoleCapture.Run("explain", twin, capsule);
        why.ExitCode.Should().Be(ExitCode.Diverged, why.Error);
        why.Output.Should().Contain("momentum").And.Contain("begin with the same checkpoint and compute alike");

        var merged = ConsoleCapture.Run("merge", capsule, "--out", folder.File("merged"));
        (merged.ExitCode, merged.Error.Contains("is a capsule, which begins in the middle of its run"))
            .Should()
            .Be((ExitCode.WrongUse, true));
        ConsoleCapture.Run("train", "--replay", capsule, "--init", "generator:1").Error.Should().Contain("leave --init away");
        ConsoleCapture.Run("explain", capsule, "--html", "x.html").Error.Should().Contain("--html is of two runs that are compared");
    }

    [Theory]
    [InlineData("--black-box is 1 or more, found 0", "--black-box", "0")]
    [InlineData("--black-box is 1000 at most, found 1001", "--black-box", "1001")]
    [InlineData("--black-box", "--black-box", "many")]
    [InlineData("--epochs", "--epochs", "many")]
    [InlineData("and --black-box are of a run over epochs", "--black-box", "5", "--record", "x")]
    [InlineData("and --black-box are of a run over epochs", "--black-box", "5", "--iterations", "3")]
    [InlineData("--black-box is of a run over epochs: it does not go with --replay", "--black-box", "5", "--replay", "x")]
    public void A_black_box_that_cannot_be_is_refused(string expected, params string[] arguments)
    {
        var refused = ConsoleCapture.Run([.. Tiny, .. arguments]);

        (refused.ExitCode, refused.Error).Should().Match<(int Code, string Text)>(it => it.Code == 2 && it.Text.Contains(expected));
    }

    [Fact]
    public async Task A_recording_says_that_it_is_none()
    {
        var record = folder.File("record");
        var process = Start([.. Tiny, "--iterations", "100000", "--record", record]);
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
        var process = Start(["align", "self", "--batch", "2", "--sizes", "64", "--iterations", "1000"]);
        for (var since = Stopwatch.StartNew(); !Directory.EnumerateDirectories(folder.Path, "ppyolo-self-*").Any(); await Task.Delay(50))
        {
            since.Elapsed.Should().BeLessThan(Limit);
        }

        var (signal, name) = Usable(1, "SIGHUP");
        (await End(process, signal, 128 + signal)).Should().StartWith($"ppyolo: ended by {name}; ");

        Directory.EnumerateDirectories(folder.Path, "ppyolo-*").Should().BeEmpty();
    }

    public void Dispose()
    {
        // One that a failing test left would compute on.
        foreach (var process in started)
        {
            process.Kill(entireProcessTree: true);
            process.Dispose();
        }

        folder.Dispose();
    }

    /// <summary>
    /// A signal that ends a child. Under nohup children ignore SIGHUP, and in the background of a script SIGINT; SIGTERM always ends them.
    /// </summary>
    private static (int Signal, string Name) Usable(int signal, string name)
    {
        var ignored = File.ReadLines("/proc/self/status").First(line => line.StartsWith("SigIgn:", StringComparison.Ordinal))[7..];
        return ((Convert.ToUInt64(ignored.Trim(), 16) >> (signal - 1)) & 1) == 0 ? (signal, name) : (15, "SIGTERM");
    }

    [Theory]
    [InlineData("self")]
    [InlineData("ranks")]
    public void A_scenario_does_not_record_into_a_folder_that_somebody_writes(string scenario)
    {
        var record = folder.File("record");
        using var held = FolderLock.Take(record);

        var second = ConsoleCapture.Run("align", scenario, "--iterations", "1", "--set", "sizes=[64]", "--record", record);

        second.ExitCode.Should().Be(ExitCode.WrongUse);
        second.Error.Should().Contain($"is being written by process {Environment.ProcessId} ");
        Directory
            .EnumerateFileSystemEntries(record)
            .Should()
            .ContainSingle("nothing was recorded")
            .Which.Should()
            .EndWith(FolderLock.FileName);
    }

    private Process Start(string[] arguments)
    {
        var info = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "ppyolo.dll"), .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        info.Environment["TMPDIR"] = folder.Path;
        var process = Process.Start(info)!;
        started.Add(process);
        return process;
    }

    private static async Task Until(Process process, string text)
    {
        using var cancel = new CancellationTokenSource(Limit);
        // A read of a pipe that has begun does not look at its token.
        while (await process.StandardOutput.ReadLineAsync(CancellationToken.None).AsTask().WaitAsync(cancel.Token) is { } line)
        {
            if (line.Contains(text, StringComparison.Ordinal))
            {
                // Nobody reads the rest, and a full pipe would stop the run.
                _ = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
                return;
            }
        }

        throw new InvalidOperationException(await process.StandardError.ReadToEndAsync(CancellationToken.None).WaitAsync(cancel.Token));
    }

    private static async Task<string> End(Process process, int signal, int expected)
    {
        using var cancel = new CancellationTokenSource(Limit);
        var error = process.StandardError.ReadToEndAsync(cancel.Token);
        Send(process.Id, signal).Should().Be(0);
        await process.WaitForExitAsync(cancel.Token);
        var text = await error.WaitAsync(cancel.Token);
        process.ExitCode.Should().Be(expected, text);
        return text;
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Send(int process, int signal);
}
