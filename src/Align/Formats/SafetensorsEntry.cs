using PPYolo.Align.Tensors;

namespace PPYolo.Align.Formats;

/// <summary>A tensor as the header of a safetensors file describes it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">The element type; null where it is not known here.</param>
/// <param name="TypeName">What the file calls it.</param>
/// <param name="Shape">The extents.</param>
/// <param name="Begin">The offset of its first byte after the header.</param>
/// <param name="End">The offset after its last byte.</param>
internal sealed record SafetensorsEntry(string Name, ElementType? Type, string TypeName, long[] Shape, long Begin, long End);
