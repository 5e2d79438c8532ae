using PPYolo.Align;
using PPYolo.Align.Tensors;

namespace PPYolo.Data.Batches;

/// <summary>Joins the batches of several ranks into the one that a single rank trains on.</summary>
public static class BatchMerge
{
    /// <summary>Concatenates images, boxes and targets, in rank order.</summary>
    /// <param name="parts">The parts, by rank.</param>
    /// <exception cref="AlignException">Shapes differ, in particular image sizes: such images cannot be stacked.</exception>
    public static Batch Merge(IReadOnlyList<Batch> parts)
    {
        RequireOneSize(parts);
        var tensors = new NamedTensors();
        foreach (var (name, first) in parts[0].Named)
        {
            var pieces = parts
                .Select(part =>
                    part.Named.FirstOrDefault(pair => pair.Key == name).Value
                    ?? throw new AlignException($"{part.Source}: '{name}' is missing, and {parts[0].Source} has it")
                )
                .ToList();
            for (var i = 1; i < pieces.Count; i++)
            {
                if (!pieces[i].Shape.AsSpan()[1..].SequenceEqual(first.Shape.AsSpan()[1..]))
                {
                    throw new AlignException(
                        $"{parts[i].Source}: '{name}' is {pieces[i]}, {parts[0].Source} has {first}; they cannot be joined"
                    );
                }
            }

            tensors.Add(
                name,
                new TensorData(first.Type, [pieces.Sum(piece => piece.Shape[0]), .. first.Shape.AsSpan()[1..]], Concatenate(pieces))
            );
        }

        return new Batch(tensors, string.Join(" + ", parts.Select(part => Path.GetFileName(part.Source))));
    }

    /// <summary>Refuses parts whose images have different sizes.</summary>
    public static void RequireOneSize(IReadOnlyList<Batch> parts)
    {
        if (parts.FirstOrDefault(part => part.Size != parts[0].Size) is { } other)
        {
            throw new AlignException(
                $"{other.Source} has images of {other.Size} pixels and {parts[0].Source} of {parts[0].Size}: images of different sizes "
                    + $"cannot be stacked into one batch; "
                    + "record with one size for all ranks (--sizes N, or without --per-rank-sizes), or replay the record on as many "
                    + "ranks as it was recorded on"
            );
        }
    }

    private static byte[] Concatenate(List<TensorData> pieces)
    {
        var bytes = new byte[pieces.Sum(piece => piece.Bytes.Length)];
        var at = 0;
        foreach (var piece in pieces)
        {
            piece.Bytes.Span.CopyTo(bytes.AsSpan(at));
            at += piece.Bytes.Length;
        }

        return bytes;
    }
}
