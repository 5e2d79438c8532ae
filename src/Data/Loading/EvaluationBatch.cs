using System.Collections.Immutable;
using PPYolo.Align.Tensors;
using PPYolo.Data.Datasets;

namespace PPYolo.Data.Loading;

/// <summary>Images to detect in.</summary>
/// <param name="Images">(B,3,S,S) float32, normalized.</param>
/// <param name="Records">What each of them is, with its id and its original width and height.</param>
public sealed record EvaluationBatch(TensorData Images, ImmutableArray<AnnotatedImage> Records);
