using System.Diagnostics;
using System.Globalization;
using System.IO.Compression;
using System.Text;
using PPYolo.Align.Formats;
using PPYolo.Align.Tensors;
using PPYolo.Cli.Commands;
using Xunit.Abstractions;

namespace PPYolo.Tests.Unit.Cli.Commands;

/// <summary>
/// What strangers bring, in every place where a command reads a file: each is refused in one line that names the file, with exit code 2,
/// or is read. Nothing waits, nothing fails inside, and no file moves the cursor.
/// </summary>
public sealed class HostileInputTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    // What a command is asked to read, X, among what it needs besides.
    private static readonly Dictionary<string, string[]> Places = new(StringComparer.Ordinal)
    {
        ["configuration"] = ["train", "--config", "X", "--iterations", "1"],
        ["start weights"] = ["train", "--config", "ppyolo_r18vd_voc2012", "--init", "X", "--iterations", "1"],
        ["checkpoint"] = ["train", "--config", "ppyolo_r18vd_voc2012", "-c", "X", "--epochs", "1", "--out", "OUT"],
        ["dataset"] = ["train", "--config", "ppyolo_r18vd_voc2012", "--data", "X", "--epochs", "1", "--out", "OUT"],
        ["replayed record"] = ["train", "--replay", "X"],
        ["first of diff"] = ["diff", "X", "GOOD"],
        ["second of diff"] = ["diff", "GOOD", "X"],
        ["start of diff"] = ["diff", "GOOD", "GOOD", "--start", "X"],
        ["convert"] = ["convert", "X", "OUT.npz"],
        ["golden"] = ["golden", "diff", "X", "X"],
        ["annotations"] = ["data", "check", "X"],
        ["ground truth"] = ["eval", "--ground-truth", "X", "--detections", "LIST"],
        ["detections"] = ["eval", "--ground-truth", "TRUTH", "--detections", "X"],
        ["weights of eval"] = ["eval", "--weights", "X", "--config", "ppyolo_r18vd_voc2012", "--data", "SCENES"],
        ["weights of predict"] = ["predict", "IMAGE", "--out", "OUT", "--weights", "X", "--config", "ppyolo_r18vd_voc2012"],
        ["names"] = ["predict", "IMAGE", "--out", "OUT", "--weights", "GOOD", "--config", "ppyolo_r18vd_voc2012", "--names", "X"],
        ["explained record"] = ["explain", "X", "X"],
        ["reference"] = ["align", "reference", "X"],
        ["merged record"] = ["merge", "X", "--out", "OUT"],
        ["resumed run"] = ["train", "--resume", "--out", "IN"],
        ["case of a record"] = ["train", "--replay", "IN"],
        ["case of a reference"] = ["align", "reference", "IN"],
    };

    // What is there instead of what was meant.
    private static readonly Dictionary<string, Action<string>> Kinds = new(StringComparer.Ordinal)
    {
        ["nothing"] = _ => { },
        ["pipe"] = path => SpecialFile.Pipe(path),
        ["socket"] = path => SpecialFile.Socket(path),
        ["link to itself"] = path => File.CreateSymbolicLink(path, path),
        ["link to a device"] = path => File.CreateSymbolicLink(path, "/dev/zero"),
        ["folder"] = path => Directory.CreateDirectory(path),
        ["empty"] = path => File.WriteAllBytes(path, []),
        ["zeros"] = path => File.WriteAllBytes(path, new byte[5000]),
        ["noise"] = path => File.WriteAllBytes(path, Noise()),
        ["escapes"] = path => File.WriteAllText(path, "\u001b]0;title\a\u001b[2J\u202e{\"\u001b[31m\": 1}"),
        ["escaped key"] = path => File.WriteAllText(path, "{\"\\u001b[2J\\u0000\\u202e\": {}, \"images\": \"\\u001b[2J\"}"),
        ["half a pair of surrogates"] = path => File.WriteAllText(path, "{\"\\ud800\": 1}"),
        ["deep JSON"] = path => File.WriteAllText(path, new string('[', 100_000)),
        ["long key"] = path => File.WriteAllText(path, $"{{\"{new string('k', 1 << 20)}\": 1}}"),
        ["JSON of null"] = path => File.WriteAllText(path, "null"),
        ["JSON of lists"] = path =>
            File.WriteAllText(path, """{"images": [null], "categories": [null], "annotations": [null], "format": []}"""),
        ["page"] = path => File.WriteAllText(path, "<!DOCTYPE html><html>404</html>"),
        ["compressed"] = path => File.WriteAllBytes(path, Compressed()),
    };

    private readonly TemporaryFolder folder = new();
    private readonly ITestOutputHelper output;

    public HostileInputTests(ITestOutputHelper output)
    {
        this.output = output;
        TensorFile.Write(folder.File("good.pth"), new NamedTensors { { "x", TensorData.Of<float>([1, 2], 2) } });
        folder.Write("list.json", "[]");
        folder.Write("truth.json", """{"images": [{"id": 1}], "categories": [], "annotations": []}""");
    }

    public static TheoryData<string> AllKinds => [.. Kinds.Keys];

    [SkippableTheory]
    [MemberData(nameof(AllKinds))]
    public async Task Whatever_is_there_instead_is_refused_in_one_line(string kind)
    {
        NativePixels.OrSkip();
        foreach (var (place, arguments) in Places)
        {
            var (work, command) = Prepare(kind, place, arguments);

            var running = Task.Factory.StartNew(() => ConsoleCapture.Run(command), TaskCreationOptions.LongRunning);
            (await Task.WhenAny(running, Task.Delay(Patience))).Should().BeSameAs(running, "{0} as {1} is not waited for", kind, place);
            var (code, shown, error) = await running;

            var what = $"{kind} as {place}: {error}";
            // A text of one class after another may be names, and goldens or pictures that are equal are aligned.
            code.Should().Be(ExitCode.WrongUse, what);
            error
                .Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Where(line => !line.Contains("left out or corrected", StringComparison.Ordinal))
                .Should()
                .ContainSingle(what)
                .Which.Should()
                .StartWith("ppyolo: ", what)
                .And.NotContain("failed inside", what);
            (shown + error).Should().NotMatchRegex(@"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", what);
            error.Length.Should().BeLessThan(2000, what);
            Directory
                .EnumerateFileSystemEntries(work)
                .Select(Path.GetFileName)
                .Where(name => name is not ("x" or "in"))
                .Should()
                .BeEmpty(what);
        }
    }

    /// <summary>
    /// What a test host cannot tell of one call: the memory of each as a process. With PPYOLO_SOAK=1, since it takes minutes.
    /// </summary>
    [SkippableTheory]
    [MemberData(nameof(AllKinds))]
    public async Task As_a_process_it_takes_less_than_a_gigabyte(string kind)
    {
        Skip.If(
            Environment.GetEnvironmentVariable("PPYOLO_SOAK") != "1",
            "starts 22 processes for each kind of file; PPYOLO_SOAK=1 runs it"
        );
        foreach (var (place, arguments) in Places)
        {
            var (_, command) = Prepare(kind, place, arguments);

            var (code, error, kilobytes, elapsed) = await Measured(command);

            output.WriteLine($"{kind} as {place}: {kilobytes / 1024} MB, {elapsed.TotalSeconds:0.0} s, {error.Trim()}");
            code.Should().Be(ExitCode.WrongUse, error);
            kilobytes.Should().BeInRange(1, 1 << 20, "{0} as {1}", kind, place);
        }
    }

    public void Dispose() => folder.Dispose();

    private (string Work, string[] Command) Prepare(string kind, string place, string[] arguments)
    {
        var work = folder.Folder(place);
        var hostile = Path.Combine(work, "x");
        var inFolder = Directory.CreateDirectory(Path.Combine(work, "in")).FullName;
        Kinds[kind](hostile);
        Kinds[kind](Path.Combine(inFolder, place == "resumed run" ? "run.json" : "case.json"));
        return (work, [.. arguments.Select(argument => Fill(argument, hostile, inFolder, work))]);
    }

    /// <summary>Runs the program; the largest memory is what the system last said of it.</summary>
    private static async Task<(int Code, string Error, long Kilobytes, TimeSpan Elapsed)> Measured(string[] command)
    {
        long kilobytes = 0;
        var result = await ChildProgram.Run(
            new ProcessStartInfo("dotnet", [typeof(CommandLine).Assembly.Location, .. command]),
            watch: process =>
            {
                try
                {
                    var line = Array.Find(File.ReadAllLines($"/proc/{process.Id}/status"), text => text.StartsWith("VmHWM:"));
                    kilobytes = line is null ? kilobytes : long.Parse(line[6..^2], CultureInfo.InvariantCulture);
                }
                catch (IOException)
                {
                    // It has just ended.
                }
            }
        );
        return ((int)result.ExitCode, result.Error, kilobytes, result.Time);
    }

    private string Fill(string argument, string hostile, string inFolder, string work) =>
        argument switch
        {
            "X" => hostile,
            "IN" => inFolder,
            "OUT" => Path.Combine(work, "out"),
            "OUT.npz" => Path.Combine(work, "out.npz"),
            "GOOD" => folder.File("good.pth"),
            "LIST" => folder.File("list.json"),
            "TRUTH" => folder.File("truth.json"),
            "SCENES" => Fixtures.PathOf("scenes"),
            "IMAGE" => Fixtures.PathOf("scenes", "images", "train_0001.jpg"),
            _ => argument,
        };

    private static byte[] Noise()
    {
        var bytes = new byte[5000];
        new Random(1).NextBytes(bytes);
        return bytes;
    }

    private static byte[] Compressed()
    {
        using var bytes = new MemoryStream();
        using (var gzip = new GZipStream(bytes, CompressionLevel.Fastest))
        {
            gzip.Write(Encoding.UTF8.GetBytes("weights"));
        }

        return bytes.ToArray();
    }
}
