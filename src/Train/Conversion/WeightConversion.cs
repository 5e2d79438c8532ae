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
    /// <param name="network">The network that the tensors must be those of, or null: then it is looked for where it is needed.</param>
    /// <param name="classes">The number of classes that the head shall have, or null to keep it.</param>
    /// <param name="key">The entry of the file whose tensors are wanted; null for the one that convention tells.</param>
    /// <returns>What was done.</returns>
    /// <exception cref="AlignException">The file cannot be read or written, or the tensors are not the network's; nothing is
    /// written.</exception>
    public static ConversionReport Run(string source, string destination, string? network = null, int? classes = null, string? key = null)
    {
        using var content = TensorFile.ReadContent(source, key);
        var tensors = content.Tensors;
        if (tensors.Count == 0)
        {
            throw new AlignException($"{source}: expected tensors, found none");
        }

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
            Notes = content.Notes,
        };
        report = report with
        {
            Renamed = paddle ? [.. tensors.Names.Where(name => PaddleNames.TryMap(name, out var torch) && torch != name)] : [],
            FromPaddle = paddle,
        };
        var known = Known(source, mapped, network, needed: paddle || classes is not null);
        if (known is { Fits: true })
        {
            (mapped, report) = Complete(mapped, known, report);
        }
        else if (known is not null)
        {
            report = report with { Nearest = known.Name, Missing = known.Missing, Unknown = known.Unknown, OtherShape = known.OtherShape };
        }

        if (classes is { } wanted)
        {
            (mapped, report) = Resize(source, mapped, known!, wanted, report);
        }

        Write(destination, mapped);
        return report;
    }

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

    private static void Write(string destination, NamedTensors tensors)
    {
        if (TensorFormat.OfNewFile(destination) == TensorFormat.TorchWeights)
        {
            new Checkpoint(0, tensors, PickleValue.None).Write(destination);
        }
        else
        {
            TensorFile.Write(destination, tensors);
        }
    }
}
