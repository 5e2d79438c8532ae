using PPYolo.Align.Formats;
using PPYolo.Align.Reports;
using PPYolo.Align.Tensors;

namespace PPYolo.Train.Conversion;

/// <summary>What a conversion did.</summary>
public sealed record ConversionReport
{
    private const int Most = 10;

    /// <summary>The file that was read.</summary>
    public required string Source { get; init; }

    /// <summary>The file that was written.</summary>
    public required string Destination { get; init; }

    /// <summary>How many tensors there were.</summary>
    public required int Tensors { get; init; }

    /// <summary>What is in the file beside the network's tensors, and not in the new one.</summary>
    public required IReadOnlyList<LeftOutEntry> LeftOut { get; init; }

    /// <summary>Where in the file the tensors were; empty where they are all of it.</summary>
    public string Place { get; init; } = "";

    /// <summary>Tensors of types that are not known here; they are not in the new file.</summary>
    public IReadOnlyList<LeftOutEntry> Unread { get; init; } = [];

    /// <summary>What was done to all names.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>Whether names were Paddle's.</summary>
    public bool FromPaddle { get; init; }

    /// <summary>Paddle's names of those that have another name in PyTorch.</summary>
    public IReadOnlyList<string> Renamed { get; init; } = [];

    /// <summary>The network that the tensors are those of, or null where none was looked for or found.</summary>
    public string? Network { get; init; }

    /// <summary>The number of classes that was found.</summary>
    public int Classes { get; init; }

    /// <summary>Batch counters that were added.</summary>
    public IReadOnlyList<string> Added { get; init; } = [];

    /// <summary>The network that fits best where none fits.</summary>
    public string? Nearest { get; init; }

    /// <summary>Entries of that network that are not in the file.</summary>
    public IReadOnlyList<string> Missing { get; init; } = [];

    /// <summary>Names that that network does not have; they were converted as they are.</summary>
    public IReadOnlyList<string> Unknown { get; init; } = [];

    /// <summary>Entries that are of another shape in that network.</summary>
    public IReadOnlyList<string> OtherShape { get; init; } = [];

    /// <summary>Whether the head had the wanted number of classes.</summary>
    public bool HeadKept { get; init; }

    /// <summary>The number of classes that the head was given, or null.</summary>
    public int? ResizedTo { get; init; }

    /// <summary>Matrices that were transposed.</summary>
    public IReadOnlyList<string> Transposed { get; init; } = [];

    /// <summary>Matrices of Paddle that were not, with their shapes; where they are linear layers' they are [in, out].</summary>
    public IReadOnlyList<string> Matrices { get; init; } = [];

    /// <summary>The floating-point type that was asked for, or null.</summary>
    public ElementType? Type { get; init; }

    /// <summary>Tensors whose type was changed.</summary>
    public IReadOnlyList<string> Retyped { get; init; } = [];

    /// <summary>Tensors with values that the new type cannot hold, which became infinite.</summary>
    public IReadOnlyList<string> Overflowed { get; init; } = [];

    /// <summary>Prints it.</summary>
    public void WriteTo(TextWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        var entry = Place.Length == 0 ? "" : $", entry '{Place}'";
        var names = FromPaddle ? $" of Paddle, {Renamed.Count} of them under other names in PyTorch" : "";
        writer.WriteLine($"{Source}{entry}: {Tensors} {(Tensors == 1 ? "tensor" : "tensors")}{names}");
        foreach (var note in Notes)
        {
            writer.WriteLine($"note: {note}");
        }

        if (Network is not null)
        {
            writer.WriteLine($"network: {Network} with {Classes} classes, every entry there");
        }

        if (Nearest is not null)
        {
            writer.WriteLine($"network: none that is known; nearest is {Nearest}");
            List(writer, "not in the file", Missing);
            List(writer, "not of that network, converted as they are", Unknown);
            List(writer, "of another shape, converted as they are", OtherShape);
        }

        List(writer, "batch counters added, 0: Paddle has none", Added);
        List(writer, "transposed", Transposed);
        List(
            writer,
            "NOT transposed; where they are a linear layer's, Paddle has [in, out] and PyTorch [out, in]: turn them with --transpose "
                + "PATTERN",
            Matrices
        );
        if (Type is { } type)
        {
            writer.WriteLine($"{Retyped.Count} of {Tensors} tensors changed to {type.Name()}");
            List(writer, $"with values that {type.Name()} cannot hold, which are infinite now", Overflowed);
        }

        List(writer, "NOT converted, of types that are not read here", [.. Unread.Select(entry => $"{entry}")]);
        List(writer, "left out", [.. LeftOut.Select(entry => $"{entry}")]);
        if (ResizedTo is { } classes)
        {
            writer.WriteLine(
                $"head: resized from {Classes} to {classes} classes, which all start as the mean of the old ones; boxes and objectness "
                    + $"are kept"
            );
        }
        else if (HeadKept)
        {
            writer.WriteLine($"head: kept, it has {Classes} classes");
        }

        writer.WriteLine($"written to {Destination}");
    }

    /// <summary>A number of names and the first of them, in one line.</summary>
    internal static string Short(string what, IReadOnlyList<string> names) =>
        $"{names.Count} {what}{(names.Count == 0 ? "" : $" ({string.Join(", ", names.Take(3))}{(names.Count > 3 ? ", ..." : "")})")}";

    private static void List(TextWriter writer, string what, IReadOnlyList<string> names)
    {
        if (names.Count > 0)
        {
            writer.WriteLine(
                $"{names.Count} {what}: {Printable.Of(string.Join(", ", names.Take(Most)))}{(names.Count > Most ? ", ..." : "")}"
            );
        }
    }
}
