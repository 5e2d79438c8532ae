using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;

namespace PPYolo.Train.Conversion;

/// <summary>
/// Paddle's names of PP-YOLO's tensors, and PyTorch's. Values are the same: convolutions have one layout, and there is no linear layer.
/// </summary>
public static partial class PaddleNames
{
    /// <summary>The key of Paddle's own table of names, which is no tensor.</summary>
    public const string NameTable = "StructuredToParameterName@@";

    // In this order: what stands in lists has a number behind a dot in Paddle and behind an underscore here.
    private static readonly (string Paddle, string Torch)[] Rules =
    [
        ("._mean", ".running_mean"),
        ("._variance", ".running_var"),
        ("yolo_block.", "yolo_block_"),
        ("yolo_transition.", "yolo_transition_"),
        ("yolo_output.", "yolo_output_"),
        ("fpn_transition.", "fpn_transition_"),
        ("pan_transition.", "pan_transition_"),
    ];

    /// <summary>Whether names are Paddle's: only there norms have a _mean.</summary>
    public static bool Are(IEnumerable<string> names) => names.Any(name => name.EndsWith("._mean", StringComparison.Ordinal));

    /// <summary>The name in PyTorch.</summary>
    /// <param name="name">The name in Paddle.</param>
    /// <param name="torch">The name in PyTorch.</param>
    /// <returns>Whether it is a tensor of the network at all.</returns>
    public static bool TryMap(string name, [NotNullWhen(true)] out string? torch)
    {
        torch = null;
        if (name.Contains(NameTable, StringComparison.Ordinal))
        {
            return false;
        }

        torch = Rules.Aggregate(name, (text, rule) => text.Replace(rule.Paddle, rule.Torch, StringComparison.Ordinal));
        if (PyramidBlock().IsMatch(torch))
        {
            // PP-YOLOv2's neck: its blocks, and the numbered layers in them.
            torch = Layer().Replace(PyramidBlock().Replace(torch, "$1_"), "$1_$2");
        }

        return true;
    }

    [GeneratedRegex(@"\b(fpn|pan)\.(?=\d)")]
    private static partial Regex PyramidBlock();

    [GeneratedRegex(@"\b([012])\.([01])(?=\.|$)")]
    private static partial Regex Layer();
}
