namespace PPYolo.MakeScenes;

/// <summary>How objects of a class look.</summary>
/// <param name="Name">The class.</param>
/// <param name="Aspect">Width over height.</param>
/// <param name="Paint">The colour at a point of [-1,1] x [-1,1], y downwards, or null where the object is not.</param>
internal sealed record Design(string Name, float Aspect, Func<float, float, Rgb?> Paint);
