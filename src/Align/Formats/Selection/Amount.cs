namespace PPYolo.Align.Formats.Selection;

/// <summary>How much of tensors a value holds.</summary>
/// <param name="Tensors">The number of tensors.</param>
/// <param name="Elements">The number of their elements.</param>
internal readonly record struct Amount(long Tensors, long Elements)
{
    /// <summary>The number of tensors in words.</summary>
    public override string ToString() => Tensors == 1 ? "1 tensor" : $"{Tensors} tensors";
}
