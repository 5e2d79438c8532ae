using System.CommandLine;
using PPYolo.Data.Layouts;

namespace PPYolo.Cli.Commands;

/// <summary>The options that decide how a dataset is read where its files leave it open.</summary>
internal sealed class ReadingOptions
{
    private readonly Option<LayoutKind?> layout = new("--layout")
    {
        Description = "How the dataset is laid out, where its folder could be of several kinds.",
        HelpName = "coco|voc|yolo",
        CustomParser = result =>
        {
            var text = result.Tokens[0].Value;
            if (Enum.TryParse<LayoutKind>(text, ignoreCase: true, out var kind) && Enum.IsDefined(kind) && !char.IsDigit(text[0]))
            {
                return kind;
            }

            result.AddError($"--layout is coco, voc or yolo, found '{text}'");
            return null;
        },
    };
    private readonly Option<bool> difficult = new("--difficult")
    {
        Description = "Takes the objects that Pascal VOC marks as difficult; else they are left out.",
    };
    private readonly Option<string?> names = new("--names")
    {
        Description = "A file with a class name on each line, in their order, where a Pascal VOC or YOLO dataset has none or another one.",
        HelpName = "FILE",
    };

    /// <summary>All of them.</summary>
    public IEnumerable<Option> All => [layout, difficult, names];

    /// <summary>What they say, or null where none is given.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="before">What holds for those that are not given; nothing unless there is something.</param>
    public DatasetReading? Of(ParseResult parsed, DatasetReading? before = null)
    {
        var reading = new DatasetReading
        {
            Layout = parsed.GetValue(layout) ?? before?.Layout,
            Difficult = parsed.GetValue(difficult) || before is { Difficult: true },
            Names = parsed.GetValue(names) is { } file ? Path.GetFullPath(file) : before?.Names,
        };
        return reading == new DatasetReading() ? null : reading;
    }
}
