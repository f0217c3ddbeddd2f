"""How a picture enters the model: size, fit, preprocessing."""
