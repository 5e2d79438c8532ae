using System.Collections.Immutable;

namespace PPYolo.Data.Datasets;

/// <summary>An image to train on or to evaluate, with its objects.</summary>
/// <param name="Id">Its number in the annotation file.</param>
/// <param name="Path">Its file.</param>
/// <param name="Width">In pixels.</param>
/// <param name="Height">In pixels.</param>
/// <param name="Objects">The objects that are left after cleaning, in the order of the annotation file; may be empty.</param>
/// <param name="Crowds">How many crowds were left out.</param>
public sealed record AnnotatedImage(long Id, string Path, int Width, int Height, ImmutableArray<AnnotatedBox> Objects, int Crowds);
