using PPYolo.Align;
using PPYolo.Align.Tensors;

namespace PPYolo.Train.Weights;

/// <summary>Start weights that hold nothing.</summary>
public static class ZeroWeights
{
    /// <summary>
    /// Refuses weights that are all zero. The reference's own program writes such a 000.pth: what it saves is the moving average, which
    /// before its first update is zero.
    /// </summary>
    /// <param name="weights">The weights.</param>
    /// <param name="file">Their file.</param>
    /// <exception cref="AlignException">All floating-point numbers in them are zero.</exception>
    public static void Refuse(NamedTensors weights, string file)
    {
        if (Are(weights))
        {
            throw new AlignException(
                $"{file}: all weights are zero, as in a moving average before its first update, which the reference's program saves as "
                    + $"000.pth; no run starts from them: name the weights that it was started from, with --init 00.pth"
            );
        }
    }

    /// <summary>Whether all floating-point numbers in weights are zero.</summary>
    public static bool Are(NamedTensors weights) =>
        weights.Count > 0 && weights.All(pair => !pair.Value.Type.IsFloatingPoint() || IsZero(pair.Value));

    // A minus sign is no weight either.
    private static bool IsZero(TensorData tensor)
    {
        var bytes = tensor.Bytes.Span;
        if (!bytes.ContainsAnyExcept((byte)0))
        {
            return true;
        }

        var size = tensor.Type.Size();
        for (var i = 0; i < bytes.Length; i++)
        {
            if (bytes[i] != 0 && (i % size != size - 1 || bytes[i] != 0x80))
            {
                return false;
            }
        }

        return true;
    }
}
