using PPYolo.Align;
using PPYolo.Align.Formats;
using PPYolo.Align.Json;
using PPYolo.Align.Tensors;
using PPYolo.Model.Networks;

namespace PPYolo.Train.Conversion;

/// <summary>
/// Turns weights of one file format into another, with Paddle's names into PyTorch's. Values are not touched, but for a head that is
/// resized: there and back gives the same bits. PyTorch's is written in the reference's form {"start_epoch", "optimizer", "model"}.
/// </summary>
public static class WeightConversion
{
    /// <summary>Converts.</summary>
    /// <param name="source">Any file of tensors.</param>
    /// <param name="destination">A file in any <see cref="TensorFormat"/> that is written.</param>
    /// <param name="options">How; null changes names of Paddle alone.</param>
    /// <returns>What was done.</returns>
    /// <exception cref="AlignException">The file cannot be read or written, or the tensors are not the network's; nothing is
    /// written.</exception>
    public static ConversionReport Run(string source, string destination, ConversionOptions? options = null)
    {
        options ??= new();
        using var content = TensorFile.ReadContent(source, options.Key);
        if (content.Tensors.Count == 0)
        {
            throw new AlignException($"{source}: expected tensors, found none");
        }

        var notes = content.Notes.ToList();
        var tensors = content.Tensors;
        if (options.StripPrefix is { Length: > 0 } prefix)
        {
            (tensors, var note) = Reshaping.Strip(source, tensors, prefix);
            notes.Add(note);
        }

        using var owner = tensors;
        var paddle = PaddleNames.Are(tensors.Names);
        var mapped = paddle ? Map(tensors) : tensors;
        var report = new ConversionReport
        {
            Source = source,
            Destination = destination,
            Tensors = tensors.Count,
            Place = content.Place,
            LeftOut = [.. content.LeftOut, .. Unmapped(tensors, paddle)],
            Unread = content.Unread,
            Notes = notes,
            Renamed = paddle ? [.. tensors.Names.Where(name => PaddleNames.TryMap(name, out var torch) && torch != name)] : [],
            FromPaddle = paddle,
        };
        (mapped, var turned) = Reshaping.Transpose(source, mapped, options.Transpose);
        var known = Known(source, mapped, options.Network, needed: paddle || options.Classes is not null);
        report = report with { Transposed = turned };
        if (known is { Fits: true })
        {
            (mapped, report) = Complete(mapped, known, report);
        }
        else if (known is not null)
        {
            report = report with { Nearest = known.Name, Missing = known.Missing, Unknown = known.Unknown, OtherShape = known.OtherShape };
        }

        if (known is not { Fits: true } && Reshaping.IsPaddle(source, tensors))
        {
            report = report with
            {
                Matrices =
                [
                    .. mapped
                        .Where(pair => pair.Value.Shape.Length == 2 && !turned.Contains(pair.Key))
                        .Select(pair => $"{pair.Key} ({pair.Value.ShapeText})"),
                ],
            };
        }

        // A head is resized in float32: towards it before that, away from it behind.
        if (options.Type is ElementType.Float32)
        {
            (mapped, report) = Retype(mapped, ElementType.Float32, report);
        }

        if (options.Classes is { } wanted)
        {
            (mapped, report) = Resize(source, mapped, known!, wanted, report);
        }

        if (options.Type is { } type and not ElementType.Float32)
        {
            (mapped, report) = Retype(mapped, type, report);
        }

        Checkpoint.WriteWeights(destination, mapped);
        return report;
    }

    private static (NamedTensors Tensors, ConversionReport Report) Retype(NamedTensors tensors, ElementType type, ConversionReport report)
    {
        var result = tensors.WithFloats(type, out var converted);
        var lost = converted.Where(name => IsFinite(tensors[name]) && !IsFinite(result[name])).ToList();
        return (result, report with { Type = type, Retyped = converted, Overflowed = lost });
    }

    private static bool IsFinite(TensorData tensor) => tensor.To(ElementType.Float64).As<double>().ToArray().All(double.IsFinite);

    /// <summary>Tensors of Paddle that are none of a network.</summary>
    private static IEnumerable<LeftOutEntry> Unmapped(NamedTensors tensors, bool paddle) =>
        tensors
            .Names.Where(name => paddle && !PaddleNames.TryMap(name, out _))
            .Select(name => new LeftOutEntry(name, "a table of Paddle, no tensor of a network"));

    private static NamedTensors Map(NamedTensors tensors)
    {
        var mapped = new NamedTensors();
        foreach (var (name, tensor) in tensors)
        {
            if (PaddleNames.TryMap(name, out var torch))
            {
                mapped.Add(torch, tensor);
            }
        }

        return mapped;
    }

    private static KnownNetwork? Known(string source, NamedTensors tensors, string? network, bool needed)
    {
        if (network is null)
        {
            return needed ? KnownNetwork.Nearest(tensors) : null;
        }

        if (NetworkPresets.Find(network) is null)
        {
            throw new AlignException($"--network {network}: there is no such network{NearestName.Hint(network, NetworkPresets.Names)}");
        }

        var known = KnownNetwork.Of(network, tensors);
        return known.Fits
            ? known
            : throw new AlignException(
                $"{source}: expected the entries of {network}; {ConversionReport.Short("missing", known.Missing)}, "
                    + $"{ConversionReport.Short("unknown", known.Unknown)}, "
                    + $"{ConversionReport.Short("of another shape", known.OtherShape)}; leave --network away to convert them anyway"
            );
    }

    /// <summary>Puts the entries into the network's order, with the batch counters that Paddle does not have.</summary>
    private static (NamedTensors Tensors, ConversionReport Report) Complete(
        NamedTensors tensors,
        KnownNetwork known,
        ConversionReport report
    )
    {
        var complete = new NamedTensors();
        var added = new List<string>();
        foreach (var name in known.Names)
        {
            if (!tensors.TryGet(name, out var tensor))
            {
                added.Add(name);
            }

            complete.Add(name, tensor ?? TensorData.Scalar(0L));
        }

        return (complete, report with { Network = known.Name, Classes = known.Options.Classes, Added = added });
    }

    private static (NamedTensors Tensors, ConversionReport Report) Resize(
        string source,
        NamedTensors tensors,
        KnownNetwork known,
        int classes,
        ConversionReport report
    )
    {
        if (!known.Fits)
        {
            throw new AlignException(
                $"{source}: expected the weights of a known network, whose head has so many classes; nearest is {known.Name}, "
                    + $"{ConversionReport.Short("missing", known.Missing)}, {ConversionReport.Short("unknown", known.Unknown)}, "
                    + $"{ConversionReport.Short("of another shape", known.OtherShape)}"
            );
        }

        if (known.Options.Classes == classes)
        {
            return (tensors, report with { HeadKept = true });
        }

        var resized = new NamedTensors();
        foreach (var (name, tensor) in tensors)
        {
            resized.Add(name, HeadResize.IsHead(name) ? HeadResize.Resize(tensor, known.Options, classes) : tensor);
        }

        return (resized, report with { ResizedTo = classes });
    }
}
