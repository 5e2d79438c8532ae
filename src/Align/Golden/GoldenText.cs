using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using PPYolo.Align.Files;
using PPYolo.Align.Sketching;
using PPYolo.Align.Tensors;

namespace PPYolo.Align.Golden;

/// <summary>
/// Goldens as text, one fact a line, its fields separated by tabs, so that a diff tool shows what changed. Numbers are in full precision,
/// sketches are base64 of 64 float32 numbers.
/// </summary>
public static class GoldenText
{
    /// <summary>The extension of golden files, without a dot.</summary>
    public const string Extension = "golden";

    /// <summary>The first line, with the version.</summary>
    internal const string Magic = "ppyolo-golden\t1";

    /// <summary>Writes a record.</summary>
    /// <exception cref="AlignException">A name has a tab or a line break in it.</exception>
    public static string Format(GoldenRecord record)
    {
        var text = new StringBuilder();
        Line(text, Magic);
        Line(text, "case", record.Case);
        Line(
            text,
            [
                "environment",
                record.Environment.Torch,
                record.Environment.Cpu,
                $"{record.Environment.Threads}",
                record.Environment.Config,
                // Goldens of the CPU are as they were before there were others.
                .. record.Environment.Card is { } card ? [card] : Array.Empty<string>(),
            ]
        );
        Line(text, "start", record.Start);
        Line(text, "twins", $"{record.Twins}");
        for (var i = 0; i < record.Rates.Count; i++)
        {
            Line(text, "rate", $"{i}", Text(record.Rates[i]));
        }

        foreach (var loss in record.Losses)
        {
            Line(text, "loss", $"{loss.Iteration}", loss.Name, Text(loss.Value), Floor(loss.Floor));
        }

        foreach (var trace in record.Traces)
        {
            Line(text, "trace", $"{trace.Iteration}", Word(trace.Phase), Floor(trace.Floor), Text(trace.Movement));
        }

        foreach (var t in record.Tensors)
        {
            Line(
                text,
                Word(t.Part),
                t.Name,
                Word(t.Role),
                t.Type.Name(),
                t.Shape.Length == 0 ? "scalar" : string.Join('x', t.Shape),
                Text(t.L2),
                Text(t.Mean),
                Text(t.AbsMax),
                Text(t.Moved),
                Floor(t.Floor),
                t.Digest,
                t.Movement is null ? "-" : Text(t.Movement)
            );
        }

        return text.ToString().TrimEnd('\n');
    }

    /// <summary>Reads a record.</summary>
    /// <param name="text">The text.</param>
    /// <param name="source">Where it is from, for messages.</param>
    /// <exception cref="AlignException">It is no golden, or a line of it is malformed.</exception>
    public static GoldenRecord Parse(string text, string source) => GoldenParser.Parse(text, source);

    /// <summary>Reads a file.</summary>
    /// <exception cref="AlignException">It is missing or malformed.</exception>
    public static GoldenRecord Read(string path) =>
        File.Exists(path) ? Parse(InputFile.ReadText(path), path) : throw new AlignException($"{path}: not found");

    private static string Text(Sketch sketch)
    {
        Span<byte> bytes = stackalloc byte[Sketch.Size * sizeof(float)];
        for (var j = 0; j < Sketch.Size; j++)
        {
            BinaryPrimitives.WriteSingleLittleEndian(bytes[(j * sizeof(float))..], (float)sketch.Sums[j]);
        }

        return Convert.ToBase64String(bytes);
    }

    private static string Text(double value) => value.ToString("R", CultureInfo.InvariantCulture);

    /// <summary>Two digits more than anybody needs of a floor, so that a file does not change where nothing did.</summary>
    private static string Floor(double? value) => value?.ToString("G4", CultureInfo.InvariantCulture) ?? "-";

    private static string Word<T>(T value)
        where T : struct, Enum => value.ToString().ToLowerInvariant();

    private static void Line(StringBuilder text, params ReadOnlySpan<string> fields)
    {
        for (var i = 0; i < fields.Length; i++)
        {
            if (fields.Length > 1 && fields[i].AsSpan().ContainsAny('\t', '\n', '\r'))
            {
                throw new AlignException(
                    $"'{fields[i].ReplaceLineEndings(" ").Replace('\t', ' ')}' has a tab or a line break in it, which a golden cannot "
                        + $"hold; name it otherwise"
                );
            }

            text.Append(i == 0 ? "" : "\t").Append(fields[i]);
        }

        text.Append('\n');
    }
}
