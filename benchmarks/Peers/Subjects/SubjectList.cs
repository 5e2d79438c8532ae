using PPYolo.Peers.Measuring;
using PPYolo.Peers.Subjects.Kernels;
using PPYolo.Peers.Subjects.Steps;
using PPYolo.Peers.Subjects.Tools;

namespace PPYolo.Peers.Subjects;

/// <summary>What a child process can be asked to measure.</summary>
internal static class SubjectList
{
    public const string ChildCommand = "child";

    private static readonly Dictionary<string, Func<string[], ISubject>> Subjects = new(StringComparer.Ordinal)
    {
        [nameof(StepSubject)] = arguments => new StepSubject(arguments[0], arguments[1]),
        [nameof(TracedStepSubject)] = arguments => new TracedStepSubject(arguments[0], arguments[1], bool.Parse(arguments[2])),
        [nameof(BoxedStepSubject)] = arguments => new BoxedStepSubject(arguments[0], arguments[1]),
        [nameof(TraceSubject)] = arguments => new TraceSubject(arguments[0], arguments[1]),
        [nameof(DeformableSubject)] = arguments => new DeformableSubject(Number(arguments[0]), bool.Parse(arguments[1])),
        [nameof(NormSubject)] = arguments => new NormSubject(Number(arguments[0]), Number(arguments[1]), bool.Parse(arguments[2])),
        [nameof(MatrixProductSubject)] = arguments => new MatrixProductSubject(Number(arguments[0])),
        [nameof(ConvolutionSubject)] = arguments => new ConvolutionSubject(
            new(Number(arguments[0]), Number(arguments[1]), Number(arguments[2]), Number(arguments[3]), Number(arguments[4]))
        ),
        [nameof(DiffSubject)] = arguments => new DiffSubject(arguments[0], arguments[1]),
        [nameof(ReadBytesSubject)] = arguments => new ReadBytesSubject(arguments),
        [nameof(WriteBytesSubject)] = arguments => new WriteBytesSubject(arguments[0], Number(arguments[1])),
        [nameof(ReadTensorsSubject)] = arguments => new ReadTensorsSubject(arguments[0]),
        [nameof(WriteTensorsSubject)] = arguments => new WriteTensorsSubject(arguments[0], arguments[1]),
        [nameof(ConvertSubject)] = arguments => new ConvertSubject(arguments[0], arguments[1]),
        [nameof(CopyBytesSubject)] = arguments => new CopyBytesSubject(arguments[0], arguments[1]),
        [nameof(SketchSubject)] = arguments => new SketchSubject(arguments[0]),
        [nameof(UpdateSubject)] = arguments => new UpdateSubject(arguments[0], bool.Parse(arguments[1])),
        [nameof(StreamSubject)] = arguments => new StreamSubject(arguments[0]),
    };

    public static ISubject Create(string name, string[] arguments) => Subjects[name](arguments);

    private static long Number(string text) => long.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
}
