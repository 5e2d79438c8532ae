using System.Buffers.Binary;
using System.Globalization;
using PPYolo.Align.Reports;
using PPYolo.Align.Sketching;
using PPYolo.Align.Tensors;

namespace PPYolo.Align.Golden;

/// <summary>Reads what <see cref="GoldenText" /> writes, and nothing else.</summary>
internal static class GoldenParser
{
    /// <inheritdoc cref="GoldenText.Parse" />
    public static GoldenRecord Parse(string text, string source)
    {
        var lines = text.Split('\n');
        if (lines[0].TrimEnd('\r') != GoldenText.Magic)
        {
            throw new AlignException(
                $"{source}: expected a golden, which begins with '{GoldenText.Magic.Replace('\t', ' ')}', found '{Shown(lines[0])}'"
            );
        }

        var head = new Dictionary<string, string[]>(StringComparer.Ordinal);
        var once = new HashSet<(string, string, string)>();
        List<double> rates = [];
        List<GoldenLoss> losses = [];
        List<GoldenTrace> traces = [];
        List<GoldenTensor> tensors = [];
        for (var number = 1; number < lines.Length; number++)
        {
            var fields = lines[number].TrimEnd('\r').Split('\t');
            try
            {
                switch (fields[0])
                {
                    case "" when fields.Length == 1 && number == lines.Length - 1:
                        break;
                    case "case" or "environment" or "start" or "twins":
                        head.Add(fields[0], fields);
                        break;
                    case "rate" when fields.Length == 3 && Whole(fields[1]) == rates.Count:
                        rates.Add(Real(fields[2]));
                        break;
                    case "loss" when fields.Length == 5:
                        losses.Add(new(Whole(fields[1]), fields[2], Real(fields[3]), ReadFloor(fields[4])));
                        Once(fields[0], fields[1], fields[2]);
                        break;
                    case "trace" when fields.Length == 5:
                        traces.Add(new(Whole(fields[1]), Word<GoldenPhase>(fields[2]), ReadSketch(fields[4]), ReadFloor(fields[3])));
                        Once(fields[0], fields[1], fields[2]);
                        break;
                    default:
                        tensors.Add(ReadTensor(fields));
                        Once(fields[0], fields[1], "");
                        break;
                }
            }
            catch (Exception exception)
                when (exception is FormatException or ArgumentException or OverflowException or IndexOutOfRangeException)
            {
                var why = exception is RepeatedLineException ? ", it is there twice" : "";
                throw new AlignException(
                    $"{source}: line {number + 1} is no line of a golden{why}: '{Shown(lines[number])}'; restore the file, or delete it "
                        + $"and record it again",
                    exception
                );
            }
        }

        // What is said twice of one tensor is said of none.
        void Once(string kind, string one, string other)
        {
            if (!once.Add((kind, one, other)))
            {
                throw new RepeatedLineException();
            }
        }

        string[] Head(string name, params ReadOnlySpan<int> fields) =>
            head.TryGetValue(name, out var line) && fields.Contains(line.Length)
                ? line
                : throw new AlignException(
                    $"{source}: the line '{name}' is missing or malformed; restore the file, or delete it and record it again"
                );
        var environment = Head("environment", 5, 6);
        if (
            !int.TryParse(environment[3], NumberStyles.None, CultureInfo.InvariantCulture, out var threads)
            || !int.TryParse(Head("twins", 2)[1], NumberStyles.None, CultureInfo.InvariantCulture, out var twins)
        )
        {
            throw new AlignException(
                $"{source}: the number of threads or twins is none; restore the file, or delete it and record it again"
            );
        }

        return new()
        {
            Case = Head("case", 2)[1],
            Environment = new(environment[1], environment[2], threads, environment[4], environment.ElementAtOrDefault(5)),
            Start = Head("start", 2)[1],
            Twins = twins,
            Rates = rates,
            Losses = losses,
            Traces = traces,
            Tensors = tensors,
        };
    }

    private static GoldenTensor ReadTensor(string[] fields)
    {
        if (fields.Length != 12)
        {
            throw new FormatException("a tensor has twelve fields");
        }

        return new()
        {
            Part = Word<GoldenPart>(fields[0]),
            Name = fields[1],
            Role = Word<GoldenRole>(fields[2]),
            Type = ElementTypes.FromName(fields[3]) ?? throw new FormatException("no element type"),
            Shape =
                fields[4] == "scalar"
                    ? []
                    : [.. fields[4].Split('x').Select(extent => long.Parse(extent, NumberStyles.None, CultureInfo.InvariantCulture))],
            L2 = Real(fields[5]),
            Mean = Real(fields[6]),
            AbsMax = Real(fields[7]),
            Moved = Real(fields[8]),
            Floor = ReadFloor(fields[9]),
            Digest = fields[10],
            Movement = fields[11] == "-" ? null : ReadSketch(fields[11]),
        };
    }

    private static Sketch ReadSketch(string field)
    {
        var bytes = Convert.FromBase64String(field);
        if (bytes.Length != Sketch.Size * sizeof(float))
        {
            throw new FormatException("a sketch has 64 numbers");
        }

        var sums = new double[Sketch.Size];
        for (var j = 0; j < sums.Length; j++)
        {
            sums[j] = BinaryPrimitives.ReadSingleLittleEndian(bytes.AsSpan(j * sizeof(float)));
        }

        return new(sums);
    }

    /// <summary>Noise is a number; whatever is compared with an infinite floor passes.</summary>
    private static double? ReadFloor(string field) =>
        RealOrNull(field) is var floor && (floor is null || (double.IsFinite(floor.Value) && floor >= 0))
            ? floor
            : throw new FormatException("a floor is finite and not negative");

    private static double Real(string field) => double.Parse(field, NumberStyles.Float, CultureInfo.InvariantCulture);

    private static double? RealOrNull(string field) => field == "-" ? null : Real(field);

    private static int Whole(string field) => int.Parse(field, NumberStyles.None, CultureInfo.InvariantCulture);

    private static T Word<T>(string field)
        where T : struct, Enum =>
        field.All(char.IsAsciiLetterLower) ? Enum.Parse<T>(field, ignoreCase: true) : throw new FormatException("no word");

    private static string Shown(string line) =>
        Printable.Of((line.Length <= 60 ? line : line[..60]).Replace('\t', ' ')) + (line.Length <= 60 ? "" : "...");

    private sealed class RepeatedLineException : FormatException;
}
