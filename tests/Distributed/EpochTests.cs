using System.Diagnostics;
using PPYolo.Data.Imaging;
using PPYolo.Train.Epochs;

namespace PPYolo.Tests.Distributed;

/// <summary>Training for epochs on a dataset with ranks that are processes.</summary>
public sealed class EpochTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    [SkippableFact]
    public async Task Processes_give_the_bits_of_threads_and_one_of_them_speaks()
    {
        Skip.If(Mpirun.Missing is not null, Mpirun.Missing);
        Skip.IfNot(OpenCv.IsAvailable(out var reason), reason);

        var threads = await ChildProgram.Run(
            new ProcessStartInfo(
                Path.Combine(Programs.DotnetRoot, "dotnet"),
                [Path.Combine(Programs.Folder, "ppyolo.dll"), .. Arguments("threads"), "--ranks", "2", "--threads", "2"]
            )
        );
        threads.ExitCode.Should().Be(0, threads.ToString());
        var processes = await Mpirun.RunAsync(2, "ppyolo.dll", [.. Arguments("processes"), "--threads", "1"]);
        processes.ExitCode.Should().Be(0, processes.ToString());

        var files = Names("threads");
        files.Should().Contain("epoch0001.pth").And.Contain("run.json").And.Contain("checkpoints.json");
        Names("processes").Should().Equal(files);
        // Events have times, and the report has its folder's name.
        foreach (var file in files.Where(file => !file.StartsWith("events", StringComparison.Ordinal) && file != "report.html"))
        {
            File.ReadAllBytes(Of("processes", file)).AsSpan().SequenceEqual(File.ReadAllBytes(Of("threads", file))).Should().BeTrue(file);
        }

        new CheckpointStore(Of("processes")).Scores.Should().ContainSingle("rank 0 evaluates");
        // Rates and times differ, and folders.
        Lines(processes).Should().Equal(Lines(threads));
        Lines(processes).Count(line => line.StartsWith("epoch 1/1 iteration 5/5: size 64, loss ", StringComparison.Ordinal)).Should().Be(1);
    }

    public void Dispose() => folder.Dispose();

    private static List<string> Lines(ProgramResult result) =>
        [
            .. result
                .Output.Split('\n')
                .Select(line =>
                    line.TrimEnd('\r').Replace("processes", "threads", StringComparison.Ordinal).Split(", data wait")[0].Split(" images/s")[
                        0
                    ]
                )
                .Select(line => line.Contains(", lr ", StringComparison.Ordinal) ? line[..line.LastIndexOf(',')] : line),
        ];

    private string[] Arguments(string name) =>
        [
            "train",
            "--config",
            "ppyolo_r18vd_voc2012",
            "--data",
            Fixtures.PathOf("scenes"),
            "--set",
            "sizes=[64]",
            "--set",
            "evalSize=64",
            "--set",
            "batch=40",
            "--epochs",
            "1",
            "--log-interval",
            "1",
            "--out",
            Of(name),
        ];

    private string Of(params string[] parts) => folder.File(parts);

    private List<string> Names(string name) =>
        [
            .. Directory
                .EnumerateFiles(Of(name))
                .Select(file => Path.GetFileName(file))
                .Select(file => file.StartsWith("events", StringComparison.Ordinal) ? "events" : file)
                .Order(StringComparer.Ordinal),
        ];
}
