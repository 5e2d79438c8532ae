using System.IO.Enumeration;
using PPYolo.Align;
using PPYolo.Align.Tensors;

namespace PPYolo.Train.Conversion;

/// <summary>Changes of a conversion that do not depend on a network: names, matrices, types.</summary>
internal static class Reshaping
{
    private static readonly string[] PaddleExtensions = [".pdparams", ".pdema", ".pdopt"];

    /// <summary>Whether a file is Paddle's, as far as its name and its tensors' names tell.</summary>
    public static bool IsPaddle(string source, NamedTensors tensors) =>
        PaddleNames.Are(tensors.Names)
        || tensors.Names.Any(name => name.Contains(PaddleNames.NameTable, StringComparison.Ordinal))
        || PaddleExtensions.Contains(Path.GetExtension(source), StringComparer.OrdinalIgnoreCase);

    /// <summary>Takes a prefix off the names that have it.</summary>
    /// <exception cref="AlignException">None has it, or two names become one.</exception>
    public static (NamedTensors Tensors, string Note) Strip(string source, NamedTensors tensors, string prefix)
    {
        bool Has(string name) => name.StartsWith(prefix, StringComparison.Ordinal) && name.Length > prefix.Length;
        var count = tensors.Names.Count(Has);
        return count == 0
            ? throw new AlignException(
                $"{source}: expected names that begin with '{prefix}' as --strip-prefix says, found "
                    + string.Join(", ", tensors.Names.Take(3))
            )
            : (
                tensors.Renamed(name => Has(name) ? name[prefix.Length..] : name),
                $"'{prefix}' was taken off {count} of {tensors.Count} names"
            );
    }

    /// <summary>Transposes matrices.</summary>
    /// <returns>The tensors, and the names of those that were turned.</returns>
    /// <exception cref="AlignException">A pattern is the name of no matrix.</exception>
    public static (NamedTensors Tensors, IReadOnlyList<string> Turned) Transpose(
        string source,
        NamedTensors tensors,
        IReadOnlyList<string> patterns
    )
    {
        bool Matches(string pattern, string name) =>
            tensors[name].Shape.Length == 2 && FileSystemName.MatchesSimpleExpression(pattern, name, ignoreCase: false);
        foreach (var pattern in patterns)
        {
            if (!tensors.Names.Any(name => Matches(pattern, name)))
            {
                var matrices = tensors.Where(pair => pair.Value.Shape.Length == 2).Select(pair => pair.Key).Take(5).ToList();
                throw new AlignException(
                    $"{source}: expected tensors of two dimensions named as --transpose {pattern} says, found none; "
                        + (matrices.Count == 0 ? "the file has none" : $"there are {string.Join(", ", matrices)}")
                );
            }
        }

        var result = new NamedTensors();
        var turned = new List<string>();
        foreach (var (name, tensor) in tensors)
        {
            var turn = patterns.Any(pattern => Matches(pattern, name));
            result.Add(name, turn ? Transposed(tensor) : tensor);
            if (turn)
            {
                turned.Add(name);
            }
        }

        return (result, turned);
    }

    private static TensorData Transposed(TensorData tensor)
    {
        var (rows, columns) = ((int)tensor.Shape[0], (int)tensor.Shape[1]);
        var size = tensor.Type.Size();
        var bytes = new byte[tensor.Bytes.Length];
        var source = tensor.Bytes.Span;
        for (var row = 0; row < rows; row++)
        {
            for (var column = 0; column < columns; column++)
            {
                source.Slice(((row * columns) + column) * size, size).CopyTo(bytes.AsSpan(((column * rows) + row) * size));
            }
        }

        return new(tensor.Type, [columns, rows], bytes);
    }
}
