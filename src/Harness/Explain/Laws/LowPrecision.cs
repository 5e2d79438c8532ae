using System.Runtime.InteropServices;
using PPYolo.Align.Formats;
using PPYolo.Align.Records;
using PPYolo.Align.Tensors;
using static TorchSharp.torch;

namespace PPYolo.Harness.Explain.Laws;

/// <summary>Numbers of fewer bits than float32's 24.</summary>
/// <param name="Type">The type of those numbers.</param>
/// <param name="Name">What frameworks call it.</param>
/// <param name="Bits">Bits of its significand, the leading one included.</param>
internal sealed record LowPrecision(ScalarType Type, string Name, int Bits)
{
    /// <summary>Those that trainings use.</summary>
    public static IReadOnlyList<LowPrecision> All { get; } =
    [new(ScalarType.Float16, "float16", 11), new(ScalarType.BFloat16, "bfloat16", 8)];

    /// <summary>The most that rounding changes a number by, in proportion to it.</summary>
    public double Unit => Math.Pow(2, -Bits);

    /// <summary>
    /// Whether a tensor's relative error is that of rounding all its elements once. The root mean square is 0.29 of a last place, which is
    /// 0.3 to 0.6 of the unit, as elements lie in their binades.
    /// </summary>
    /// <param name="error">The error, in proportion to the tensor's norm.</param>
    /// <param name="times">How many times as large it may be where errors add up.</param>
    public bool Explains(double error, double times = 1) => error >= 0.3 * Unit && error <= 0.6 * times * Unit;

    /// <summary>Whether every number of a record's file is one of this type, whatever type it is stored in.</summary>
    public bool Holds(string folder, string file)
    {
        if (RecordFolder.TryFindFile(folder, file) is not { } path)
        {
            return false;
        }

        using var tensors = TensorFile.Read(path);
        var floats = tensors
            .Select(pair => pair.Value)
            .Where(tensor => tensor.Type is ElementType.Float32 or ElementType.Float16 or ElementType.BFloat16)
            .ToList();
        return floats.Count > 0 && floats.TrueForAll(Holds);
    }

    // Numbers below the least normal one of float16 have fewer bits than it has, and are taken for those of the type.
    private bool Holds(TensorData tensor)
    {
        var mask = (1u << (24 - Bits)) - 1;
        foreach (var bits in MemoryMarshal.Cast<float, uint>(tensor.To(ElementType.Float32).As<float>()))
        {
            if ((bits & mask) != 0)
            {
                return false;
            }
        }

        return true;
    }
}
